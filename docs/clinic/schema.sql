-- SPDX-License-Identifier: MIT
-- The clinic's table of walks, PostgreSQL 13 or newer. Run it once as the database's owner, and again after an update:
--     psql --single-transaction --set=ON_ERROR_STOP=1 --file=schema.sql DATABASE
-- One row for each walk, the highest revision of its document. What cannot be such a document goes to `quarantine`,
-- with the reason; nothing that arrives is thrown away. Four kinds of users: the owner; kneemon_collector, who may call
-- `take` and insert into `arrivals`, and nothing else; kneemon_reader, who may look at all of it; kneemon_resender, who
-- may see which devices there are (resend.sh). Only the owner may take a row out.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kneemon_resender') THEN
        CREATE ROLE kneemon_resender NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kneemon_collector') THEN
        CREATE ROLE kneemon_collector NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kneemon_reader') THEN
        CREATE ROLE kneemon_reader NOLOGIN;
    END IF;
END
$$;

CREATE SCHEMA IF NOT EXISTS kneemon;

CREATE TABLE IF NOT EXISTS kneemon.session_summary (
    device text NOT NULL CHECK (device ~ '^[a-z0-9]{8,16}$'),
    session_id text NOT NULL CHECK (length(session_id) BETWEEN 1 AND 64),
    revision integer NOT NULL CHECK (revision >= 1),
    started_at timestamptz NOT NULL,
    day date NOT NULL, -- of the start, where the walker lives
    document jsonb NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    time_quality text NOT NULL GENERATED ALWAYS AS (document ->> 'time_quality') STORED,
    final boolean NOT NULL GENERATED ALWAYS AS ((document ->> 'final')::boolean) STORED,
    duration_s double precision NOT NULL GENERATED ALWAYS AS ((document ->> 'duration_s')::double precision) STORED,
    walking_s double precision NOT NULL GENERATED ALWAYS AS ((document ->> 'walking_s')::double precision) STORED,
    steps integer NOT NULL GENERATED ALWAYS AS ((document ->> 'steps')::integer) STORED CHECK (steps >= 0),
    cadence_mean_spm double precision GENERATED ALWAYS AS ((document ->> 'cadence_mean_spm')::double precision) STORED,
    plan_id text GENERATED ALWAYS AS (document ->> 'plan_id') STORED,
    limit_s double precision GENERATED ALWAYS AS ((document ->> 'limit_s')::double precision) STORED,
    over_pace_s double precision GENERATED ALWAYS AS ((document ->> 'over_pace_s')::double precision) STORED,
    over_limit_s double precision GENERATED ALWAYS AS ((document ->> 'over_limit_s')::double precision) STORED,
    pain_before smallint GENERATED ALWAYS AS ((document #>> '{pain,before}')::smallint) STORED,
    pain_after smallint GENERATED ALWAYS AS ((document #>> '{pain,after}')::smallint) STORED,
    pain_later smallint GENERATED ALWAYS AS ((document #>> '{pain,later}')::smallint) STORED,
    pain_morning smallint GENERATED ALWAYS AS ((document #>> '{pain,morning}')::smallint) STORED,
    gave_way_times integer GENERATED ALWAYS AS ((document #>> '{gave_way,times}')::integer) STORED,
    PRIMARY KEY (device, session_id),
    CHECK (device = document ->> 'device' AND session_id = document ->> 'session_id')
);

CREATE INDEX IF NOT EXISTS session_summary_day ON kneemon.session_summary (device, day);

CREATE TABLE IF NOT EXISTS kneemon.quarantine (
    digest bytea PRIMARY KEY, -- of topic and payload: the same thing twice is one row
    topic text NOT NULL,
    payload bytea NOT NULL,
    reason text NOT NULL,
    times integer NOT NULL DEFAULT 1,
    first_at timestamptz NOT NULL DEFAULT now(),
    last_at timestamptz NOT NULL DEFAULT now()
);

-- A letterbox: what is put in is sorted at once, and nothing stays. `line` is the payload in hexadecimal digits, a
-- space, and the topic: of no payload's bytes can become SQL, a line's end, or a NUL.
CREATE TABLE IF NOT EXISTS kneemon.arrivals (line text NOT NULL);

-- Sort one message; what became of it: stored, older (we have that revision or a higher one), or quarantined.
CREATE OR REPLACE FUNCTION kneemon.take(topic text, payload bytea) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    doc jsonb;
    began timestamptz;
    there timestamp;
    stored integer;
    reason text;
BEGIN
    BEGIN
        doc := convert_from(payload, 'UTF8')::jsonb;
        IF doc ->> 'schema' IS DISTINCT FROM 'kneemon.session.summary/1' THEN
            RAISE data_exception USING MESSAGE = 'not a kneemon.session.summary/1';
        END IF;
        IF topic IS DISTINCT FROM 'kneemon/v1/' || (doc ->> 'device') || '/session/summary' THEN
            RAISE data_exception USING MESSAGE = 'the device in the document is not the one in its topic';
        END IF;
        IF jsonb_typeof(doc -> 'started_at') IS DISTINCT FROM 'string'
            OR doc ->> 'started_at' !~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$' THEN
            RAISE data_exception USING MESSAGE = 'started_at is not a time in UTC';
        END IF;
        began := (doc ->> 'started_at')::timestamptz;
        BEGIN
            there := began AT TIME ZONE (doc ->> 'tz');
        EXCEPTION WHEN invalid_parameter_value THEN -- a zone that this server does not know
            there := NULL;
        END;
        INSERT INTO kneemon.session_summary AS known (device, session_id, revision, started_at, day, document)
        VALUES (
            doc ->> 'device', doc ->> 'session_id', (doc ->> 'revision')::integer, began,
            coalesce(there, began AT TIME ZONE 'UTC')::date, doc
        )
        ON CONFLICT (device, session_id) DO UPDATE
        SET revision = excluded.revision, started_at = excluded.started_at, day = excluded.day,
            document = excluded.document, received_at = excluded.received_at
        WHERE excluded.revision > known.revision;
        GET DIAGNOSTICS stored = ROW_COUNT;
        RETURN CASE stored WHEN 1 THEN 'stored' ELSE 'older' END;
    EXCEPTION
        -- What is wrong with the message itself; a full disk or a lost lock is not, and fails the whole insert.
        WHEN data_exception OR integrity_constraint_violation OR program_limit_exceeded THEN
            GET STACKED DIAGNOSTICS reason = MESSAGE_TEXT;
    END;
    INSERT INTO kneemon.quarantine AS known (digest, topic, payload, reason)
    VALUES (sha256(convert_to(topic, 'UTF8') || '\x00'::bytea || payload), topic, payload, reason)
    ON CONFLICT (digest) DO UPDATE SET times = known.times + 1, last_at = now();
    RETURN 'quarantined';
END
$$;

CREATE OR REPLACE FUNCTION kneemon.sort_arrival() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gap integer := position(' ' IN NEW.line);
BEGIN
    PERFORM kneemon.take(substr(NEW.line, gap + 1), decode(left(NEW.line, gap - 1), 'hex'));
    RETURN NULL;
END
$$;

DROP TRIGGER IF EXISTS sort_arrival ON kneemon.arrivals;
CREATE TRIGGER sort_arrival BEFORE INSERT ON kneemon.arrivals
    FOR EACH ROW EXECUTE FUNCTION kneemon.sort_arrival();

-- Walks whose date is known, by the walker's own calendar; a walk that is still going on is left out.
CREATE OR REPLACE VIEW kneemon.walked_per_day AS
SELECT
    device,
    day,
    count(*) AS walks,
    sum(steps) AS steps,
    round((sum(walking_s) / 60)::numeric, 1) AS walking_min,
    round((sum(over_limit_s) / 60)::numeric, 1) AS over_limit_min,
    round((sum(over_pace_s) / 60)::numeric, 1) AS over_pace_min,
    max(pain_before) AS worst_pain_before,
    max(greatest(pain_after, pain_later, pain_morning)) AS worst_pain_after,
    sum(gave_way_times) AS gave_way_times
FROM kneemon.session_summary
WHERE final AND time_quality IN ('ntp', 'estimated')
GROUP BY device, day;

-- Walks of a device that did not know the time: their durations and steps are exact, their day is a guess.
CREATE OR REPLACE VIEW kneemon.walked_some_day AS
SELECT device, session_id, revision, steps, walking_s, received_at
FROM kneemon.session_summary
WHERE final AND time_quality NOT IN ('ntp', 'estimated');

-- When each device was last heard of: a device that is silent for long is a question to be asked.
CREATE OR REPLACE VIEW kneemon.last_heard AS
SELECT device, max(received_at) AS received_at, count(*) AS walks
FROM kneemon.session_summary
GROUP BY device;

REVOKE ALL ON FUNCTION kneemon.take(text, bytea), kneemon.sort_arrival() FROM PUBLIC;
GRANT USAGE ON SCHEMA kneemon TO kneemon_collector, kneemon_reader, kneemon_resender;
GRANT INSERT ON kneemon.arrivals TO kneemon_collector;
GRANT EXECUTE ON FUNCTION kneemon.take(text, bytea) TO kneemon_collector;
GRANT SELECT ON kneemon.last_heard TO kneemon_resender;
GRANT SELECT ON kneemon.session_summary, kneemon.walked_per_day, kneemon.walked_some_day, kneemon.last_heard,
    kneemon.quarantine TO kneemon_reader;

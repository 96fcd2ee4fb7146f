BEGIN TRANSACTION;
CREATE TABLE anchor (boot_id TEXT PRIMARY KEY, monotonic_s REAL NOT NULL, utc TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO anchor ("boot_id", "monotonic_s", "utc") VALUES ('4f1c0000-0000-4000-8000-000000000001', 812.4, '2026-11-22T09:00:00.250000+00:00');
CREATE TABLE boot (number INTEGER PRIMARY KEY, boot_id TEXT NOT NULL UNIQUE);
INSERT INTO boot ("number", "boot_id") VALUES (1, '4f1c0000-0000-4000-8000-000000000001');
CREATE TABLE diary (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of telling; an entry is never changed
        boot_id TEXT NOT NULL,
        at_s REAL NOT NULL,
        utc TEXT NOT NULL,
        certain INTEGER NOT NULL,
        tz TEXT NOT NULL,
        kind TEXT NOT NULL,
        body TEXT NOT NULL
    );
INSERT INTO diary ("seq", "boot_id", "at_s", "utc", "certain", "tz", "kind", "body") VALUES (1, '4f1c0000-0000-4000-8000-000000000001', 812.4, '2026-11-22T09:00:00.250000+00:00', 1, 'Europe/Berlin', 'pain_answer', '{"ask":"pain_end","score":3,"session_id":"b1-1-9f2c","morning":null}');
INSERT INTO diary ("seq", "boot_id", "at_s", "utc", "certain", "tz", "kind", "body") VALUES (2, '4f1c0000-0000-4000-8000-000000000001', 812.4, '2026-11-22T09:00:00.250000+00:00', 1, 'Europe/Berlin', 'limit_wish', '{"minutes":20.0,"pace_spm":null}');
INSERT INTO diary ("seq", "boot_id", "at_s", "utc", "certain", "tz", "kind", "body") VALUES (3, '4f1c0000-0000-4000-8000-000000000001', 812.4, '2026-11-22T09:00:00.250000+00:00', 1, 'Europe/Berlin', 'plan_used', '{"rev":1}');
CREATE TABLE event (
        seq INTEGER PRIMARY KEY,
        session_id TEXT NOT NULL,
        at_s REAL NOT NULL,
        kind TEXT NOT NULL,
        value REAL,
        "limit" REAL,
        unit TEXT NOT NULL
    );
INSERT INTO event ("seq", "session_id", "at_s", "kind", "value", "limit", "unit") VALUES (1, 'b1-1-9f2c', 2.0, 'pain', 3.0, NULL, 'of 10');
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO meta ("key", "value") VALUES ('device', '8tac19ifrxyg');
INSERT INTO meta ("key", "value") VALUES ('note:remembered', '7');
INSERT INTO meta ("key", "value") VALUES ('note:told', '');
CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of sending, never used again
        key TEXT NOT NULL UNIQUE,
        topic TEXT NOT NULL,
        payload BLOB NOT NULL,
        size INTEGER NOT NULL,  -- of the payload, bytes
        session_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        expiry_s INTEGER,
        queued_at TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        last_error TEXT
    );
INSERT INTO outbox ("seq", "key", "topic", "payload", "size", "session_id", "kind", "expiry_s", "queued_at", "attempts", "last_error") VALUES (1, 'b1-1-9f2c/2', 'session/summary', X'7B2273657373696F6E5F6964223A202262312D312D39663263222C20227374657073223A20362C2022656E645F726561736F6E223A2022636F6D6D616E64227D', 64, 'b1-1-9f2c', 'summary', NULL, '2026-11-22T09:00:00.250000+00:00', 0, NULL);
CREATE TABLE plan (rev INTEGER PRIMARY KEY, name TEXT NOT NULL, text TEXT NOT NULL, kept_at TEXT NOT NULL);
INSERT INTO plan ("rev", "name", "text", "kept_at") VALUES (1, 'gentle', 'one', '2026-11-22T09:00:00.250000+00:00');
CREATE TABLE second (
        session_id TEXT NOT NULL,
        elapsed_s REAL NOT NULL,
        steps INTEGER NOT NULL,
        cadence_spm REAL,
        activity TEXT NOT NULL,
        part TEXT NOT NULL,
        over_pace INTEGER NOT NULL,
        PRIMARY KEY (session_id, elapsed_s)
    ) WITHOUT ROWID;
INSERT INTO second ("session_id", "elapsed_s", "steps", "cadence_spm", "activity", "part", "over_pace") VALUES ('b1-1-9f2c', 1.0, 2, 120.0, 'walking', 'main', 1);
INSERT INTO second ("session_id", "elapsed_s", "steps", "cadence_spm", "activity", "part", "over_pace") VALUES ('b1-1-9f2c', 2.0, 2, 120.0, 'walking', 'main', 1);
INSERT INTO second ("session_id", "elapsed_s", "steps", "cadence_spm", "activity", "part", "over_pace") VALUES ('b1-1-9f2c', 3.0, 2, 120.0, 'walking', 'main', 1);
INSERT INTO second ("session_id", "elapsed_s", "steps", "cadence_spm", "activity", "part", "over_pace") VALUES ('b1-2-77aa', 1.0, 2, 120.0, 'walking', 'main', 1);
CREATE TABLE session (
        seq INTEGER PRIMARY KEY,  -- order of beginning; the clock may have been wrong
        session_id TEXT NOT NULL UNIQUE,
        revision INTEGER NOT NULL,
        device TEXT NOT NULL,
        boot_id TEXT NOT NULL,
        started_at TEXT NOT NULL,
        ended_at TEXT NOT NULL,
        tz TEXT NOT NULL,
        time_quality TEXT NOT NULL,
        worn TEXT NOT NULL,
        sensor TEXT NOT NULL,
        software TEXT NOT NULL,
        final INTEGER NOT NULL,
        summary TEXT NOT NULL,
        steps INTEGER AS (json_extract(summary, '$.steps')) STORED,
        walking_s REAL AS (json_extract(summary, '$.walking_s')) STORED,
        main_s REAL AS (json_extract(summary, '$.main_s')) STORED,
        end_reason TEXT AS (json_extract(summary, '$.end_reason')) STORED
    , time_error_s REAL, pain_told TEXT NOT NULL DEFAULT '{}', owed INTEGER NOT NULL DEFAULT 0);
INSERT INTO session ("seq", "session_id", "revision", "device", "boot_id", "started_at", "ended_at", "tz", "time_quality", "worn", "sensor", "software", "final", "summary", "time_error_s", "pain_told", "owed") VALUES (1, 'b1-1-9f2c', 2, 'ab12cd34ef56', '4f1c0000-0000-4000-8000-000000000001', '2026-11-22T09:00:00.250000+00:00', '2026-11-22T09:00:03.250000+00:00', 'Europe/Berlin', 'ntp', 'waist', 'adxl345 at 0x53 on bus 1', '0.1.0', 1, '{"started_s":812.4,"ended_s":815.4,"steps":6,"walking_s":3.0,"main_s":1.5,"over_pace_s":0.0,"over_limit_s":0.0,"gaps_s":0.0,"gaps":0,"bouts":1,"clipped":0,"cadence_mean_spm":120.0,"cadence_p95_spm":null,"prescription":{"plan":"gentle","day":"2026-11-22","week":3,"dose_s":1200.0,"limit_s":900.0,"warm_up_s":180.0,"cool_down_s":180.0,"cadence_ceiling_spm":110.0,"pain_stop":6,"rest_day":false,"plan_rev":0,"state":"baseline","locked":false,"bout_cap_s":null,"rest_s":3600.0,"prompt_s":0.0,"pain_rise":null},"alerts":[{"kind":"pace_high","at_s":3.0,"value":120.0,"limit":110.0}],"pains":[{"at_s":2.0,"score":null}],"end_reason":"command","paused_s":0.0,"gave_way_s":[],"pain_before":null,"moderate_s":0.0,"vigorous_s":0.0}', NULL, '{"before":null,"after":3,"later":null,"morning":null}', 0);
INSERT INTO session ("seq", "session_id", "revision", "device", "boot_id", "started_at", "ended_at", "tz", "time_quality", "worn", "sensor", "software", "final", "summary", "time_error_s", "pain_told", "owed") VALUES (2, 'b1-2-77aa', 1, 'ab12cd34ef56', '4f1c0000-0000-4000-8000-000000000001', '2026-11-22T10:00:00.250000+00:00', '2026-11-22T10:00:01.250000+00:00', 'Europe/Berlin', 'ntp', 'waist', 'adxl345 at 0x53 on bus 1', '0.1.0', 0, '{"started_s":812.4,"ended_s":813.4,"steps":2,"walking_s":1.0,"main_s":0.5,"over_pace_s":0.0,"over_limit_s":0.0,"gaps_s":0.0,"gaps":0,"bouts":1,"clipped":0,"cadence_mean_spm":120.0,"cadence_p95_spm":null,"prescription":{"plan":"gentle","day":"2026-11-22","week":3,"dose_s":1200.0,"limit_s":900.0,"warm_up_s":180.0,"cool_down_s":180.0,"cadence_ceiling_spm":110.0,"pain_stop":6,"rest_day":false,"plan_rev":0,"state":"baseline","locked":false,"bout_cap_s":null,"rest_s":3600.0,"prompt_s":0.0,"pain_rise":null},"alerts":[{"kind":"pace_high","at_s":3.0,"value":120.0,"limit":110.0}],"pains":[{"at_s":2.0,"score":null}],"end_reason":null,"paused_s":0.0,"gave_way_s":[],"pain_before":null,"moderate_s":0.0,"vigorous_s":0.0}', NULL, '{"before":null,"after":null,"later":null,"morning":null}', 0);
CREATE INDEX event_session ON event (session_id, at_s);
CREATE INDEX outbox_session ON outbox (session_id);
CREATE INDEX outbox_size ON outbox (kind, seq, size);
CREATE INDEX session_open ON session (end_reason) WHERE end_reason IS NULL;
CREATE INDEX session_owed ON session (seq) WHERE owed;
CREATE INDEX session_started ON session (started_at);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES ('diary', 3);
INSERT INTO sqlite_sequence VALUES ('outbox', 1);
COMMIT;
PRAGMA application_id = 1802397029;
PRAGMA user_version = 3;

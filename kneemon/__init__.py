# SPDX-License-Identifier: MIT
"""kneemon: a walking monitor for people with painful knees.

Two inputs, sample blocks and commands, go through a pure engine; what comes out is played, stored and published.

    cli web                 the faces: verbs of the command line, the page
    app                     joins the edges to the engine, owns the threads; reads the store for every face
    feedback controls sensor power store mqtt home export chart language plot service clock
                            the edges: each knows one thing outside, none knows another
    drivers virtual         chips on the bus; and their stand-ins, with a walker, for demo and tests
    config ports            the options; what the app asks of an edge
    engine                  the pure walk-through, readable in one sitting
    gait session plan coach the pure rooms, meeting only in the engine
    dsp                     streaming filters
    model errors            the words

Imports go down only; ARCHITECTURE.md walks one sample from the chip to the buzzer.
"""

from importlib.metadata import version

__version__ = version("kneemon")

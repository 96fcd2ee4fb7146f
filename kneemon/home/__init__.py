# SPDX-License-Identifier: MIT
"""Walks in the long-term statistics of Home Assistant, each in the hours it was really walked in.

`statistics` is pure: walks become hourly rows, and the rows that Home Assistant holds decide which of them are written.
`client` speaks Home Assistant's WebSocket API, `access` says where it is and with which token.
"""

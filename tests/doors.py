"""Every door of the organisers, and the least role that passes it: written down by hand, once more.

``tests/test_policies.py`` holds the table of ``lunchkit/accounts/policies.py`` against this list, so that a door that
opens for somebody else shows up in a review, and a door that nobody thought of fails.
"""

HELPERS = """
GET      /organiser/
GET      /organiser/doors
GET      /organiser/e/<slug>/door
GET      /organiser/e/<slug>/door/<registration_id>
POST     /organiser/e/<slug>/door/<registration_id>/arrival
POST     /organiser/e/<slug>/door/<registration_id>/party
POST     /organiser/e/<slug>/door/<registration_id>/undo
POST     /organiser/e/<slug>/door/conflicts/<scan_id>/settlement
GET      /organiser/e/<slug>/door/list
GET      /organiser/e/<slug>/door/now.json
POST     /organiser/e/<slug>/door/scans
GET+POST /organiser/e/<slug>/door/walk-in
GET      /organiser/e/<slug>/door/worker.js
GET+POST /organiser/sessions
POST     /organiser/sessions/<session_id>/end
POST     /organiser/sessions/others/end
POST     /organiser/sign-out
"""
"""For everybody who is in. Doors below a lunch open for helpers only while it is near."""

ORGANISERS = """
GET      /organiser/e/<slug>
GET+POST /organiser/archive
GET      /organiser/e/<slug>/archive.zip
GET+POST /organiser/e/<slug>/cancellation
POST     /organiser/e/<slug>/capacity
GET      /organiser/e/<slug>/caterer
GET+POST /organiser/e/<slug>/edit
GET+POST /organiser/e/<slug>/form
GET+POST /organiser/e/<slug>/form/<asked_id>
POST     /organiser/e/<slug>/form/<asked_id>/again
POST     /organiser/e/<slug>/form/<asked_id>/order
GET+POST /organiser/e/<slug>/form/<asked_id>/removal
GET+POST /organiser/e/<slug>/import
GET+POST /organiser/e/<slug>/import/<draft_id>
GET+POST /organiser/e/<slug>/import/<draft_id>/columns
GET      /organiser/e/<slug>/import/<draft_id>/left-out.csv
GET+POST /organiser/e/<slug>/import/<draft_id>/reversal
POST     /organiser/e/<slug>/members-link
GET      /organiser/e/<slug>/paper
GET      /organiser/e/<slug>/paper/attendance
GET      /organiser/e/<slug>/paper/badges
GET+POST /organiser/e/<slug>/paper/cards
GET+POST /organiser/e/<slug>/polls
GET+POST /organiser/e/<slug>/polls/<poll_id>
POST     /organiser/e/<slug>/polls/<poll_id>/again
GET+POST /organiser/e/<slug>/polls/<poll_id>/annulment
GET      /organiser/e/<slug>/polls/<poll_id>/answers
POST     /organiser/e/<slug>/polls/<poll_id>/closing
GET+POST /organiser/e/<slug>/polls/<poll_id>/hands
POST     /organiser/e/<slug>/polls/<poll_id>/hiding
GET+POST /organiser/e/<slug>/polls/<poll_id>/note
POST     /organiser/e/<slug>/polls/<poll_id>/opening
POST     /organiser/e/<slug>/polls/<poll_id>/order
GET+POST /organiser/e/<slug>/polls/<poll_id>/removal
POST     /organiser/e/<slug>/polls/<poll_id>/reveal
POST     /organiser/e/<slug>/polls/<poll_id>/verdict
POST     /organiser/e/<slug>/publication
GET      /organiser/e/<slug>/questions
POST     /organiser/e/<slug>/questions/<question_id>/answer
POST     /organiser/e/<slug>/questions/<question_id>/approval
POST     /organiser/e/<slug>/questions/<question_id>/record
POST     /organiser/e/<slug>/questions/<question_id>/restoration
POST     /organiser/e/<slug>/questions/<question_id>/setting-aside
GET+POST /organiser/e/<slug>/recap
GET+POST /organiser/e/<slug>/recap/correction
GET      /organiser/e/<slug>/recap/draft
POST     /organiser/e/<slug>/recap/link
POST     /organiser/e/<slug>/recap/link/revocation
GET      /organiser/e/<slug>/recap/preview
GET+POST /organiser/e/<slug>/recap/publication
POST     /organiser/e/<slug>/recap/sections
GET+POST /organiser/e/<slug>/recap/sections/<section_id>
GET      /organiser/e/<slug>/recap/sections/<section_id>/history
GET      /organiser/e/<slug>/recap/sections/<section_id>/history/<version_id>
POST     /organiser/e/<slug>/recap/sections/<section_id>/history/<version_id>/restoration
GET+POST /organiser/e/<slug>/recap/sections/<section_id>/late/<version_id>
POST     /organiser/e/<slug>/recap/sections/<section_id>/order
POST     /organiser/e/<slug>/recap/sections/<section_id>/pictures
GET+POST /organiser/e/<slug>/recap/sections/<section_id>/pictures/<token>
GET+POST /organiser/e/<slug>/recap/sections/<section_id>/pictures/<token>/erasure
POST     /organiser/e/<slug>/recap/sections/<section_id>/pictures/<token>/visibility
GET+POST /organiser/e/<slug>/recap/sections/<section_id>/removal
POST     /organiser/e/<slug>/recap/sections/<section_id>/visibility
GET+POST /organiser/e/<slug>/recap/withdrawal
GET      /organiser/e/<slug>/registrations
GET      /organiser/e/<slug>/registrations.csv
GET      /organiser/e/<slug>/registrations.xlsx
GET+POST /organiser/e/<slug>/registrations/<registration_id>
GET+POST /organiser/e/<slug>/registrations/<registration_id>/cancellation
POST     /organiser/e/<slug>/registrations/<registration_id>/head-of-queue
POST     /organiser/e/<slug>/registrations/<registration_id>/letter
POST     /organiser/e/<slug>/registrations/<registration_id>/move
GET+POST /organiser/e/<slug>/registrations/new
GET      /organiser/e/<slug>/room
POST     /organiser/e/<slug>/room/blank
POST     /organiser/e/<slug>/room/current/<noun>
POST     /organiser/e/<slug>/room/questions
POST     /organiser/e/<slug>/room/rehearsal
POST     /organiser/e/<slug>/room/slide
POST     /organiser/e/<slug>/room/step
POST     /organiser/e/<slug>/room/timer
GET+POST /organiser/e/<slug>/run
GET+POST /organiser/e/<slug>/run/<item_id>
POST     /organiser/e/<slug>/run/<item_id>/beginning
POST     /organiser/e/<slug>/run/<item_id>/order
GET+POST /organiser/e/<slug>/run/<item_id>/removal
POST     /organiser/e/<slug>/run/<item_id>/return
GET      /organiser/e/<slug>/run/now
GET+POST /organiser/e/<slug>/speakers
GET+POST /organiser/e/<slug>/speakers/<speaker_id>
POST     /organiser/e/<slug>/speakers/<speaker_id>/appearance
GET      /organiser/e/<slug>/speakers/<speaker_id>/draft
POST     /organiser/e/<slug>/speakers/<speaker_id>/draft/approval
GET      /organiser/e/<slug>/speakers/<speaker_id>/draft/preview
POST     /organiser/e/<slug>/speakers/<speaker_id>/draft/setting-aside
POST     /organiser/e/<slug>/speakers/<speaker_id>/link
GET+POST /organiser/e/<slug>/speakers/<speaker_id>/link/revocation
POST     /organiser/e/<slug>/speakers/<speaker_id>/organisation
POST     /organiser/e/<slug>/speakers/<speaker_id>/portrait
POST     /organiser/e/<slug>/speakers/<speaker_id>/quotations
GET+POST /organiser/e/<slug>/speakers/<speaker_id>/quotations/<quotation_id>
GET+POST /organiser/e/<slug>/speakers/<speaker_id>/quotations/<quotation_id>/removal
GET+POST /organiser/e/<slug>/speakers/<speaker_id>/removal
POST     /organiser/e/<slug>/speakers/<speaker_id>/trust
GET+POST /organiser/e/new
GET      /organiser/letters
GET      /organiser/letters/<letter_id>
POST     /organiser/letters/<letter_id>/delivery
POST     /organiser/letters/delivery
GET      /organiser/letters/<letter_id>/html
GET      /organiser/log
GET      /organiser/patterns
GET      /organiser/team
"""

OWNERS = """
GET      /organiser/house
GET+POST /organiser/house/sections/<section>
GET+POST /organiser/house/health
GET      /organiser/house/start
GET+POST /organiser/house/start/<step>
GET      /organiser/team/<organiser_id>
GET+POST /organiser/team/<organiser_id>/house
GET+POST /organiser/team/<organiser_id>/removal
POST     /organiser/team/<organiser_id>/role
POST     /organiser/team/<organiser_id>/sessions/end
POST     /organiser/team/invitations
POST     /organiser/team/invitations/<invitation_id>/letter
POST     /organiser/team/invitations/<invitation_id>/withdrawal
"""

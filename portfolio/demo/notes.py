"""What was said at the demo clients, and what was promised."""

from typing import NamedTuple

from portfolio.demo.calendar import Offset

# Place in the client's list of contacts, and what was said with them.
NOTES: dict[str, tuple[tuple[int, str], ...]] = {
    "HAL": (
        (2, "He moved the renewal talk again; wants figures in writing first."),
        (5, "Procurement asks for 6% off the rate card. We offered volume tiers instead; they will model both."),
        (8, "Respiratory launch is on plan. Second patient film approved, shoot dates agreed."),
        (9, "Brazil team wants local language support from the core studio. Follow up on cost."),
        (6, "Reviewed the measurement dashboard. They want cost per qualified lead by brand."),
        (3, "Ruben Menon stayed away again. Dana will brief him before the renewal talks."),
        (4, "Medical review takes eleven days on average; agreed to pilot a shared queue."),
    ),
    "HDX": (
        (3, "Lead volume from Austria is ahead of plan. They ask for the same set-up in Switzerland."),
        (2, "Distributor training hub: first two modules accepted."),
        (2, "Budget round starts early next year. Jörg wants three options, not one."),
    ),
    "MAR": (
        (8, "Mortgage squad delivered the affordability journey two weeks early."),
        (1, "Brand tracking: consideration up three points. Fiona will show it to the board."),
        (2, "COO wants a single view of agency spend. Promised a one-page summary."),
        (5, "Discussed the automatic renewal of CRM and what 'index' means in the clause."),
        (4, "Wealth launch: agreed the milestone plan and who accepts each stage."),
        (7, "Data platform pilot segment shows better response; sample is still small."),
    ),
    "COR": (
        (3, "Media team short of two planners. We covered with freelancers again; margin is under our floor."),
        (4, "Holiday plan signed off late. Overtime likely in the weeks before launch."),
        (1, "Janelle is under pressure on store traffic and asked for a recovery plan."),
        (6, "Retail media milestone accepted after one round of changes."),
        (7, "Procurement hinted at a media review in the spring."),
        (5, "Loyalty scores are the best in two years. Yolanda will speak for us internally."),
    ),
    "NOR": (
        (4, "Winter timetable work starts next week. Station posters need Welsh versions."),
        (2, "Hester asked again for the share-of-voice model. We owe her an answer."),
        (3, "App rating has passed 4.5. Jamal wants to publish the case."),
        (5, "Procurement confirmed the framework lot for the signalling programme."),
    ),
    "OST": (
        (2, "Masterbrand film tested well in four of five markets. Germany needs a new cut."),
        (5, "Liability cap is the last open point in the renewal draft."),
        (3, "Benelux retailer programme started. First results in six weeks."),
        (4, "Recipe platform: search is slow on phones; fix planned in this sprint."),
        (5, "Henk compares our rates with two other agencies. He wants proof of value."),
    ),
    "OSN": (
        (1, "Winter promotion depends on the local budget. Decision expected after the holidays."),
        (2, "Retail activation ran in 212 stores. Mikkel is happy with the speed."),
        (2, "Translation costs discussed; they will reuse the Danish texts."),
    ),
    "KES": (
        (3, "Tariq was direct: media results are behind target and the CFO wants to cut spend."),
        (4, "Frequent flyer work ended. Handover of data and passwords completed."),
        (6, "Notice date for the media statement of work has passed and neither side has written."),
        (5, "Content studio reduced to nine destinations. Team moved to other work."),
        (1, "Monique would keep us if the media plan is rebuilt. Asked for a proposal."),
    ),
    "VAN": (
        (3, "Installer programme now covers Andalusia. Sign-ups ahead of plan."),
        (1, "Board will see the charging network work next month. Beatriz wants us in the room."),
        (2, "Talked through the home battery idea; they asked for two comparable cases."),
        (1, "Quarterly review: no open points, they scored the team nine."),
    ),
    "BRI": (
        (3, "Portal adoption is at 41% of patients. Next: test results in the app."),
        (4, "Security team sent its questionnaire again. Forty questions, two weeks."),
        (2, "New clinics campaign approved with a smaller outdoor budget."),
        (1, "Lorraine sees behavioural health as the next growth line."),
    ),
    "TEL": (
        (2, "Cost per order rose 8%. Stefan accepts it is the market, for now."),
        (4, "SIM-only brand: name chosen, trademark search clear in four countries."),
        (3, "Base management team changes again; new contact to be introduced."),
    ),
    "PEL": (
        (1, "Direct bookings reached 38%. Catriona would like 45% by next summer."),
        (3, "Website care: new photography loaded, two pages slow on phones."),
        (2, "Spa collection results reviewed. No further spend planned this year."),
    ),
    "TES": (
        (2, "Onboarding review: access to their analytics took five weeks. Now solved."),
        (1, "First positioning workshop. Harriet wants fewer claims and more proof."),
        (3, "Developer content: they prefer working code to long articles."),
        (2, "Conference scope agreed; deposit clause still open with legal."),
    ),
    "DUN": (
        (1, "Exit meeting. They chose price. Elaine would work with us again."),
        (2, "Coffee with Elaine: the new agency is late with the audience plan."),
    ),
}  # fmt: skip


GENERAL: dict[str, tuple[str, ...]] = {
    "meeting": (
        "Went through the work in hand, week by week. Minutes sent the same day.",
        "Showed the month's results and took three questions away.",
        "Walked through the invoice and the hours behind it. No questions left.",
        "Agreed dates for the next quarterly review.",
        "Looked at the plan for the next quarter. They will come back on two points.",
    ),
    "call": (
        "Short call on priorities for the next four weeks.",
        "Moved one delivery date by a week, with their consent.",
        "Answered a question on the rate card.",
        "Checked who has to approve what before the month ends.",
        "They asked for the latest figures before their own board meeting.",
    ),
    "email": (
        "Sent the results deck and the answers to last week's questions.",
        "Sent the minutes and the list of actions.",
        "Asked for the data that is still missing.",
        "They confirmed the next phase in writing.",
    ),
    "event": (
        "Met at an industry evening. Talked about their market more than about work.",
        "Sat together at a trade conference; they named two things that worry them.",
        "Lunch. Mostly personal, one remark on next year's budget.",
    ),
}


class Promise(NamedTuple):
    client: str
    side: str
    text: str
    due: Offset
    kept: Offset | None
    owner: str


PROMISES: tuple[Promise, ...] = (
    Promise("HAL", "ours", "Rate benchmark for procurement", (-1, 20), None, "marcus.bell"),
    Promise("HAL", "ours", "Final cut of the first patient film", (-1, 9), (-1, 7), "clara.jensen"),
    Promise("HAL", "theirs", "Lead data by brand for the dashboard", (1, 4), None, "nadia.rahman"),
    Promise("HAL", "theirs", "Names for the congress advisory group", (-2, 14), (-2, 28), "marcus.bell"),
    Promise("HDX", "ours", "Three budget options for next year", (1, 11), None, "leila.haddad"),
    Promise("MAR", "ours", "One-page summary of agency spend", (-1, 15), (-1, 15), "manager"),
    Promise("MAR", "ours", "Plain-language note on the uplift clause", (1, 2), None, "legal"),
    Promise("MAR", "theirs", "Acceptance of the first wealth milestone", (-1, 24), (-1, 30), "manager"),
    Promise("COR", "ours", "Recovery plan for store traffic", (-1, 27), None, "grace.nakamura"),
    Promise("COR", "ours", "Two permanent media planners in the team", (1, 15), None, "anika.bose"),
    Promise("COR", "theirs", "Holiday stock list", (-2, 20), (-1, 6), "grace.nakamura"),
    Promise("NOR", "ours", "Share-of-voice model", (-1, 17), None, "manager"),
    Promise("NOR", "theirs", "Access to the ticket sales feed", (-2, 8), (-2, 8), "yusuf.demir"),
    Promise("OST", "ours", "German cut of the masterbrand film", (1, 6), None, "leila.haddad"),
    Promise("OST", "theirs", "Comments on the liability clause", (-1, 21), None, "legal"),
    Promise("KES", "ours", "Rebuilt media plan with two budget levels", (1, 3), None, "grace.nakamura"),
    Promise("KES", "theirs", "Decision on the loyalty data archive", (-2, 25), None, "liam.forster"),
    Promise("VAN", "ours", "Two comparable cases for home batteries", (1, 9), None, "sofia.castellanos"),
    Promise("BRI", "theirs", "Security sign-off for test results", (1, 12), None, "clara.jensen"),
    Promise("TEL", "ours", "Trademark report for the SIM-only brand", (-1, 5), (-1, 3), "sofia.castellanos"),
    Promise("PEL", "theirs", "Photographs of the renovated rooms", (-2, 12), (-1, 19), "theo.laurent"),
    Promise("TES", "ours", "Venue contract with the deposit clause settled", (1, 7), None, "legal"),
    Promise("HAL", "ours", "Measurement framework of the launch", (-4, 12), (-4, 10), "nadia.rahman"),
    Promise("HAL", "ours", "Studio rates held until the renewal", (-6, 30), (-6, 22), "marcus.bell"),
    Promise("HAL", "theirs", "One reviewer for each market", (-5, 15), (-5, 15), "clara.jensen"),
    Promise("HAL", "ours", "Names for the second studio", (1, 22), None, "clara.jensen"),
    Promise("HDX", "ours", "Austrian results by laboratory", (-3, 18), (-3, 16), "leila.haddad"),
    Promise("HDX", "theirs", "List of laboratories in Poland", (-2, 20), (-1, 2), "leila.haddad"),
    Promise("HDX", "theirs", "Budget decision on two countries", (1, 25), None, "leila.haddad"),
    Promise("MAR", "ours", "Rate card for all squads", (-5, 28), (-5, 27), "manager"),
    Promise("MAR", "theirs", "Office badges for the fourth squad", (-4, 6), (-3, 2), "manager"),
    Promise("COR", "ours", "Media plan with the in-store screens", (-4, 14), (-4, 14), "grace.nakamura"),
    Promise("NOR", "ours", "Posters for the first closure", (-3, 21), (-3, 20), "manager"),
    Promise("NOR", "theirs", "Dates of the March closures", (1, 14), None, "manager"),
    Promise("OST", "ours", "Shelf tests in two markets", (-5, 11), (-5, 9), "leila.haddad"),
    Promise("OST", "theirs", "Names of the Nordic brand leads", (1, 20), None, "leila.haddad"),
    Promise("OSN", "ours", "Recipes for the winter range", (-2, 9), (-2, 8), "yusuf.demir"),
    Promise("OSN", "ours", "Shelf plan for four countries", (1, 14), None, "yusuf.demir"),
    Promise("OSN", "theirs", "Promotion dates of two retailers", (-1, 10), (-1, 10), "yusuf.demir"),
    Promise("KES", "ours", "Landing pages for the winter timetable", (-4, 24), (-4, 29), "liam.forster"),
    Promise("VAN", "ours", "Brand book for the charging network", (-3, 7), (-3, 7), "sofia.castellanos"),
    Promise("VAN", "theirs", "Map of the first four cities", (1, 15), None, "sofia.castellanos"),
    Promise("BRI", "ours", "Portal texts in four languages", (-2, 22), (-2, 21), "clara.jensen"),
    Promise("BRI", "ours", "Security questionnaire in full", (1, 9), None, "clara.jensen"),
    Promise("TEL", "theirs", "Customer numbers by street", (-2, 16), (-1, 4), "sofia.castellanos"),
    Promise("TEL", "ours", "Test of two new channels", (1, 12), None, "liam.forster"),
    Promise("PEL", "ours", "Pages that open in two seconds", (1, 19), None, "theo.laurent"),
    Promise("PEL", "ours", "Season calendar", (-5, 9), (-5, 9), "theo.laurent"),
    Promise("TES", "ours", "Positioning on one page", (-3, 13), (-3, 12), "anika.bose"),
    Promise("TES", "theirs", "Access to the sign-up data", (1, 10), None, "owen.gallagher"),
)  # fmt: skip

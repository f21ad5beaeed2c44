"""The work under way at each client: masters, running work, projects, change orders.

Dates are offsets from the anchor (see calendar.Offset), so the same story is told in any year.
"""
# ruff: noqa: E501 - a table reads best with one row a line

from portfolio.demo.spec import Change, Master, Project, Running, Work

BRAND, MEDIA, CONTENT = "Brand and campaigns", "Media", "Content"
DIGITAL, CRM, DATA = "Digital product", "CRM and loyalty", "Data and analytics"

RETAINER, TIME, FIXED, MILESTONE = "retainer", "time_and_materials", "fixed_fee", "milestone"

WORK: dict[str, Work] = {
    "HAL": Work(
        Master("Master services agreement", (-44, 1), (3, 31), notice=60, probability="0.72"),
        (
            Running("BRAND", "Global brand and campaign retainer", BRAND, RETAINER, 5_760_000, (3, 31), growth=0.02, successor="negotiation", probability="0.72"),
            Running("MEDIA", "Media planning and buying", MEDIA, RETAINER, 3_420_000, (7, 14), growth=0.02),
            Running("MEDAF", "Medical affairs content studio", CONTENT, TIME, 3_960_000, (1, 31), growth=0.03, notice=15, rule="business", burn=0.95),
            Running("DATA", "Measurement and data science", DATA, TIME, 2_160_000, (0, 31), since=31, renewal="evergreen", notice=90, burn=0.97, uplift="sppi:0.02:0.05"),
        ),
        (
            Project("CONGA", "Congress season programme", BRAND, FIXED, 410_000, (-33, 12), 6),
            Project("PORTAL", "Clinician portal redesign", DIGITAL, MILESTONE, 640_000, (-27, 19), 8),
            Project("CONGB", "Congress season programme, second year", BRAND, FIXED, 455_000, (-21, 12), 6),
            Project("LAUNCH", "Respiratory launch programme", BRAND, MILESTONE, 1_480_000, (-9, 16), 12),
            Project("ASSET", "Modular asset library", CONTENT, FIXED, 365_000, (-5, 4), 9),
            Project("PATIENT", "Patient support pilot", DIGITAL, FIXED, 240_000, (2, 8), 5, status="draft"),
        ),
        (
            Change("BRAND", "Added market: Brazil", 214_000, (-6, 10), (3, 31)),
            Change("MEDIA", "Paid search moved in house", -168_000, (-3, 15), (7, 14)),
            Change("LAUNCH", "Second patient film", 96_500, (-4, 7), (2, 15)),
        ),
    ),
    "HDX": Work(
        Master("Framework agreement", (-40, 15), None, renewal="evergreen", notice=90),
        (
            Running("DEMAND", "Demand generation for laboratories", MEDIA, RETAINER, 1_020_000, (5, 14), growth=0.05),
            Running("INSIGHT", "Laboratory insights content", CONTENT, TIME, 792_000, (2, 14), growth=0.04, renewal="auto", notice=45, uplift="0.03"),
        ),
        (
            Project("LEAP", "Analyser relaunch", BRAND, FIXED, 312_000, (0, 1), 5, leap_day=True),
            Project("TRADE", "Trade fair presence", BRAND, FIXED, 188_000, (-14, 6), 4),
            Project("TRAIN", "Distributor training hub", DIGITAL, MILESTONE, 276_000, (-6, 11), 9),
        ),
        (Change("DEMAND", "Added market: Austria", 64_800, (-4, 1), (5, 14)),),
    ),
    "MAR": Work(
        Master("Master services agreement", (-52, 6), (16, 5), notice=120, rule="calendar"),
        (
            Running("BRAND", "Brand platform and campaigns", BRAND, RETAINER, 3_360_000, (4, 31), growth=0.09),
            Running("CX", "Customer experience design", DIGITAL, TIME, 3_540_000, (9, 17), growth=0.12, burn=1.02),
            Running("CRM", "Lifecycle marketing and CRM", CRM, RETAINER, 1_740_000, (2, 31), growth=0.04, renewal="auto", notice=30, rule="business", uplift="cpi:0.02:0.04"),
            Running("DATA", "Personalisation and data platform", DATA, TIME, 1_560_000, (3, 14), since=9, growth=0.08),
        ),
        (
            Project("BRANCH", "Branch of the future", DIGITAL, MILESTONE, 520_000, (-30, 9), 9),
            Project("APP", "Savings app launch", BRAND, FIXED, 445_000, (-18, 14), 6),
            Project("ACCESS", "Accessibility programme", DIGITAL, FIXED, 318_000, (-10, 3), 8),
            Project("WEALTH", "Wealth proposition launch", BRAND, MILESTONE, 690_000, (-3, 8), 9),
        ),
        (
            Change("CX", "Mortgage journey squad", 486_000, (-5, 18), (9, 17)),
            Change("BRAND", "Sponsorship activation", 152_000, (-2, 1), (4, 31)),
        ),
    ),
    "COR": Work(
        Master("Master services agreement", (-38, 1), (9, 31), notice=90),
        (
            Running("MEDIA", "Media and performance", MEDIA, RETAINER, 3_480_000, (5, 31), growth=0.01),
            Running("STORE", "In-store and seasonal campaigns", BRAND, TIME, 3_300_000, (2, 14), growth=0.02, notice=30, burn=0.94),
            Running("LOYAL", "Loyalty programme", CRM, RETAINER, 1_560_000, (6, 30), growth=0.02),
        ),
        (
            Project("MARKET", "Marketplace launch", DIGITAL, MILESTONE, 720_000, (-26, 21), 9),
            Project("HOLA", "Holiday film", BRAND, FIXED, 385_000, (-16, 4), 4),
            Project("RETMED", "Retail media network", MEDIA, MILESTONE, 860_000, (-7, 13), 11),
        ),
        (
            Change("STORE", "Store openings cut from twelve to seven", -205_000, (-5, 1), (2, 14)),
            Change("RETMED", "Measurement extension", 74_250, (-2, 9), (4, 12), status="review"),
        ),
    ),
    "NOR": Work(
        Master("Framework agreement", (-47, 1), (13, 31), notice=180),
        (
            Running("PASS", "Passenger information and campaigns", BRAND, RETAINER, 2_460_000, (4, 31), growth=0.03),
            Running("APP", "Ticketing app product team", DIGITAL, TIME, 2_340_000, (7, 30), growth=0.05, burn=1.01),
        ),
        (
            Project("TTA", "Winter timetable change", BRAND, FIXED, 262_000, (-25, 2), 4),
            Project("SIGN", "Station signage standard", CONTENT, FIXED, 218_000, (-19, 23), 5),
            Project("TTB", "Summer timetable change", BRAND, FIXED, 284_000, (-8, 5), 4),
            Project("ACCESS", "Step-free travel campaign", BRAND, MILESTONE, 346_000, (-3, 12), 7),
            Project("FARES", "Fares simplification", BRAND, FIXED, 395_000, (1, 6), 6, status="signed"),
        ),
        (Change("APP", "Smartcard migration", 187_500, (-4, 9), (7, 30)),),
    ),
    "OST": Work(
        Master("Global agency agreement", (-41, 1), (7, 31), notice=90, leap_day=True),
        (
            Running("BRAND", "Masterbrand and campaigns", BRAND, RETAINER, 2_640_000, (1, 31), growth=0.03, notice=30, successor="review"),
            Running("SHOP", "Shopper marketing", CONTENT, TIME, 1_740_000, (6, 15), growth=0.04),
            Running("SOCIAL", "Social content and community", CONTENT, RETAINER, 936_000, (8, 31), growth=0.03, renewal="auto", notice=60, uplift="cpi:0.02:0.05"),
        ),
        (
            Project("PACK", "Packaging refresh", BRAND, FIXED, 296_000, (-29, 8), 6),
            Project("PLANT", "Plant-based range launch", BRAND, MILESTONE, 540_000, (-13, 17), 9),
            Project("RECIPE", "Recipe platform", DIGITAL, MILESTONE, 388_000, (-5, 20), 9),
        ),
        (Change("SHOP", "Added retailer programme: Benelux", 118_400, (-3, 1), (6, 15)),),
    ),
    "OSN": Work(
        Master("Local adoption agreement", (-36, 10), (7, 31), notice=90),
        (
            Running("CAMP", "Nordic campaign adaptation", BRAND, RETAINER, 852_000, (4, 9), growth=0.02),
            Running("RETAIL", "Retailer activation", CONTENT, TIME, 348_000, (8, 22), growth=0.02),
        ),
        (Project("OATS", "Oat drink launch", BRAND, FIXED, 164_000, (-11, 5), 5),),
    ),
    "KES": Work(
        Master("Master services agreement", (-45, 20), (10, 19), notice=120),
        (
            Running("MEDIA", "Media and performance", MEDIA, RETAINER, 2_160_000, (1, 20), growth=-0.12, notice=90, probability="0.35"),
            Running("CONTENT", "Destination content studio", CONTENT, TIME, 1_440_000, (6, 20), growth=-0.08, burn=0.9),
            Running("LOYAL", "Frequent flyer programme", CRM, TIME, 1_320_000, (4, 30), growth=-0.05, ended=(-3, 15)),
        ),
        (
            Project("ROUTE", "Pacific route launch", BRAND, FIXED, 435_000, (-22, 11), 6),
            Project("LIVERY", "Livery reveal", BRAND, FIXED, 298_000, (-12, 7), 5),
            Project("CABIN", "Cabin service film", BRAND, FIXED, 176_000, (-4, 14), 6),
        ),
        (Change("CONTENT", "Fewer destinations", -132_000, (-4, 1), (6, 20)),),
    ),
    "VAN": Work(
        Master("Framework agreement", (-39, 14), (20, 13), notice=90),
        (
            Running("TRANS", "Energy transition campaign", BRAND, RETAINER, 1_620_000, (5, 13), growth=0.1),
            Running("INSTALL", "Installer programme", CRM, TIME, 1_128_000, (10, 28), growth=0.12, burn=1.03),
        ),
        (
            Project("SOLAR", "Rooftop solar launch", BRAND, MILESTONE, 372_000, (-17, 9), 7),
            Project("CHARGE", "Charging network identity", BRAND, FIXED, 418_000, (-6, 3), 8),
        ),
        (Change("INSTALL", "Added region: Andalusia", 142_000, (-3, 16), (10, 28)),),
    ),
    "BRI": Work(
        Master("Master services agreement", (-43, 1), (7, 30), notice=90),
        (
            Running("PATIENT", "Patient growth retainer", MEDIA, RETAINER, 1_644_000, (7, 30), growth=0.04),
            Running("PORTAL", "Patient portal product team", DIGITAL, TIME, 1_176_000, (3, 22), growth=0.05, notice=45),
        ),
        (
            Project("FIND", "Find a doctor redesign", DIGITAL, MILESTONE, 358_000, (-20, 18), 7),
            Project("NURSE", "Nurse recruitment campaign", BRAND, FIXED, 264_000, (-7, 6), 6),
            Project("CLINIC", "New clinics opening campaign", BRAND, FIXED, 312_000, (-1, 13), 5),
        ),
        (Change("PORTAL", "Test results feature", 88_000, (-2, 12), (3, 22)),),
    ),
    "TEL": Work(
        Master("Agency agreement", (-37, 1), (11, 31), notice=60),
        (
            Running("ACQ", "Acquisition media", MEDIA, RETAINER, 1_284_000, (4, 31), growth=0.0),
            Running("BASE", "Base management and CRM", CRM, TIME, 876_000, (9, 10), growth=0.03, burn=0.97),
        ),
        (
            Project("FIBRE", "Fibre bundle launch", BRAND, FIXED, 296_000, (-15, 12), 5),
            Project("SIM", "SIM-only brand", BRAND, MILESTONE, 344_000, (-6, 18), 8),
        ),
    ),
    "PEL": Work(
        Master("Services agreement", (-50, 1), (10, 31), renewal="auto", notice=60),
        (
            Running("BRAND", "Brand and direct bookings", BRAND, RETAINER, 552_000, (10, 31), growth=0.02, renewal="auto", notice=20, rule="business", uplift="0.025"),
            Running("WEB", "Website and content care", CONTENT, TIME, 276_000, (3, 5), growth=0.02),
        ),
        (Project("SPA", "Spa collection launch", BRAND, FIXED, 118_000, (-9, 10), 4),),
    ),
    "TES": Work(
        Master("Master services agreement", (-8, 9), (27, 8), notice=90),
        (
            Running("GTM", "Go-to-market retainer", BRAND, RETAINER, 684_000, (4, 8), since=8, notice=60),
            Running("DOCS", "Developer content", CONTENT, TIME, 312_000, (7, 31), since=4, burn=0.93),
        ),
        (Project("EVENT", "User conference", BRAND, FIXED, 142_000, (2, 3), 3, status="negotiation"),),
    ),
    "DUN": Work(
        Master("Master services agreement", (-46, 1), (-11, 31), notice=90, status="expired"),
        (
            Running("AUD", "Audience growth", MEDIA, RETAINER, 1_380_000, (-7, 30), growth=0.0, ended=(-11, 31)),
            Running("STUDIO", "Promo studio", CONTENT, TIME, 744_000, (-11, 31), growth=-0.04),
        ),
        (Project("STREAM", "Streaming service launch", BRAND, MILESTONE, 412_000, (-31, 15), 8),),
    ),
}  # fmt: skip

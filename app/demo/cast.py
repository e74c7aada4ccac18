"""The cast: both bodies, every role. Names, places and addresses are invented."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """An invented establishment and the Board that monitors it."""

    key: str
    name: str
    kind: str
    town: str
    board: str


@dataclass(frozen=True, slots=True)
class Part:
    """One of the cast. ``board`` is a Place key for those who sit on a Board.

    ``standing``: how the account stands once the demonstration is furnished: active, invited (has not accepted yet),
    suspended, or lapsing (training ends within days).
    """

    key: str
    name: str
    email: str
    party: str
    role: str
    board: str = ""
    blurb: str = ""
    standing: str = "active"


PLACES = (
    Place("XFM", "Fernmoor (HMP)", "PRISON", "Fernmoor", "Fernmoor Board"),
    Place("XSB", "Saltby (HMP & YOI)", "PRISON", "Saltby", "Saltby Board"),
    Place("XTW", "Thornwick (IRC)", "IRC", "Thornwick", "Thornwick Board"),
)

CAST = (
    Part("staff", "Morgan Ellery", "morgan.ellery@imb.example", "imb", "imb-staff", blurb="passes things on"),
    Part(
        "staff2", "Priya Sandhurst", "priya.sandhurst@imb.example", "imb", "imb-staff", blurb="the other of IMB staff"
    ),
    Part(
        "national",
        "Rosalind Achterberg",
        "rosalind.achterberg@imb.example",
        "imb",
        "national-chair",
        blurb="everything for the Boards comes to her first",
    ),
    Part("chair", "Idris Penhallow", "idris.penhallow@imb.example", "imb", "board-chair", "XFM", "follows up"),
    Part(
        "vice", "Beth Larkspur", "beth.larkspur@imb.example", "imb", "board-vice-chair", "XFM", "recused from one item"
    ),
    Part("chair2", "Tomasz Wielgorz", "tomasz.wielgorz@imb.example", "imb", "board-chair", "XSB", "another Board"),
    Part(
        "vice2", "Joan Merrywether", "joan.merrywether@imb.example", "imb", "board-vice-chair", "XSB", "the same Board"
    ),
    Part(
        "chair3", "Hester Quillfeather", "hester.quillfeather@imb.example", "imb", "board-chair", "XTW", "a third Board"
    ),
    Part(
        "member",
        "Anselm Dovecote",
        "anselm.dovecote@imb.example",
        "imb",
        "board-member",
        "XFM",
        "training ends within days",
        "lapsing",
    ),
    Part(
        "imb-records", "Hal Brandreth-Cole", "hal.brandreth@imb.example", "imb", "imb-records-manager", blurb="reviews"
    ),
    Part("imb-owner", "Nkechi Adairwood", "nkechi.adairwood@imb.example", "imb", "imb-asset-owner", blurb="approves"),
    Part(
        "imb-compliance",
        "Greta Loosemoor",
        "greta.loosemoor@imb.example",
        "imb",
        "imb-compliance-officer",
        blurb="checks the logs, never reads content",
    ),
    Part(
        "imb-rights",
        "Thea Marchbanks",
        "thea.marchbanks@imb.example",
        "imb",
        "imb-data-protection-officer",
        blurb="answers what people ask about their data",
    ),
    Part(
        "imb-admin",
        "Winifred Okonjo-Hale",
        "winifred.okonjo@imb.example",
        "imb",
        "imb-administrator",
        blurb="accounts; never reads content",
    ),
    Part(
        "correspondence",
        "Clara Whitlockley",
        "clara.whitlockley@hmip.example",
        "hmip",
        "hmip-correspondence-officer",
        blurb="everything for HMIP comes to her office",
    ),
    Part(
        "leader",
        "Owen Tregarthen",
        "owen.tregarthen@hmip.example",
        "hmip",
        "hmip-team-leader",
        blurb="leads inspections",
    ),
    Part(
        "inspector",
        "Sunita Bellamore",
        "sunita.bellamore@hmip.example",
        "hmip",
        "hmip-inspector",
        blurb="sees what is shared with her",
    ),
    Part(
        "hmip-records",
        "Dermot Askewith",
        "dermot.askewith@hmip.example",
        "hmip",
        "hmip-records-manager",
        blurb="reviews",
    ),
    Part("hmip-owner", "Lena Strandberg", "lena.strandberg@hmip.example", "hmip", "hmip-asset-owner", blurb="approves"),
    Part(
        "compliance",
        "Felix Oyelarin",
        "felix.oyelarin@hmip.example",
        "hmip",
        "hmip-compliance-officer",
        blurb="checks the logs, never reads content",
    ),
    Part(
        "rights",
        "Alaric Penvose",
        "alaric.penvose@hmip.example",
        "hmip",
        "hmip-data-protection-officer",
        blurb="answers what people ask about their data",
    ),
    Part(
        "auditor", "Marguerite Fennimore", "marguerite.fennimore@hmip.example", "hmip", "hmip-auditor", blurb="audits"
    ),
    Part(
        "security",
        "Ruth Vanderleck",
        "ruth.vanderleck@hmip.example",
        "hmip",
        "hmip-security-lead",
        blurb="leads on incidents",
    ),
    Part(
        "imb-security",
        "Owain Gallowglass",
        "owain.gallowglass@imb.example",
        "imb",
        "imb-security-lead",
        blurb="leads on incidents for the IMBs",
    ),
    Part(
        "admin",
        "Sam Costigane",
        "sam.costigane@hmip.example",
        "hmip",
        "hmip-administrator",
        blurb="accounts; never reads content",
    ),
    Part(
        "admin2",
        "Isobel Rackstraw",
        "isobel.rackstraw@hmip.example",
        "hmip",
        "hmip-administrator",
        blurb="the other of two who give an account power",
    ),
    Part(
        "imb-admin2",
        "Cadfael Overbury",
        "cadfael.overbury@imb.example",
        "imb",
        "imb-administrator",
        blurb="the other of two who give an account power",
    ),
    Part("operator", "Kit Harrowell", "kit.harrowell@hmip.example", "hmip", "hmip-operator", blurb="runs the service"),
    Part(
        "newcomer",
        "Lowri Castellane",
        "lowri.castellane@hmip.example",
        "hmip",
        "hmip-inspector",
        blurb="invited, has not accepted yet",
        standing="invited",
    ),
    Part(
        "away",
        "Barnaby Thistlewood",
        "barnaby.thistlewood@imb.example",
        "imb",
        "board-member",
        "XSB",
        "suspended",
        "suspended",
    ),
)

ADMINISTRATORS = {"hmip": "admin", "imb": "imb-admin"}  # who invites the others
ADMINISTERING = frozenset({"hmip-administrator", "imb-administrator"})

"""GL accounts: what may be posted to them, by whom, in which currency and with which analysis.

Control accounts belong to the sub-ledgers; a journal that touched one would part them from the ledger for good.
"""

from __future__ import annotations

from connectors.sandbox.world import World
from connectors.systems.qad.sandbox.refusals import refuse
from connectors.systems.qad.sandbox.store import Row

CONTROL_TYPES = ("CUSTOMERCONTROL", "SUPPLIERCONTROL")
SYSTEM_TYPES = (*CONTROL_TYPES, "SYSTEM")

ANALYSES = (
    # the rule on the account, the code on the line, the table of codes, what a person calls it
    ("subAccountAnalysis", "subAccountCode", "sub_account", "sub-account"),
    ("costCenterAnalysis", "costCenterCode", "cost_center", "cost center"),
    ("projectAnalysis", "projectCode", "project", "project"),
)


def checked_account(world: World, code: str, currency: str, field: str = "glAccountCode") -> Row:
    """What holds for every posting, the automatic ones too."""
    row = world.table("gl_account").get(code)
    if row is None:
        refuse(field, f"GL account {code} does not exist.", code, code="11")
    if not row["isActive"]:
        refuse(field, f"GL account {code} is inactive.", code, code="12")
    if row["currencyCode"] and currency != row["currencyCode"]:
        refuse(
            field,
            f"GL account {code} is kept in {row['currencyCode']}: currency {currency} is invalid.",
            code,
        )
    return row


def manual_account(world: World, posting: Row, currency: str) -> Row:
    """What holds for a line that a person or another system wrote."""
    code = str(posting.get("glAccountCode") or "")
    row = checked_account(world, code, currency)
    if row["glType"] in SYSTEM_TYPES:
        refuse(
            "glAccountCode", f"GL account {code} is a control account: manual postings are not allowed.", code
        )
    for rule, field, kind, name in ANALYSES:
        _check_analysis(world, row, rule, field, kind, name, str(posting.get(field) or ""))
    _check_mask(world, posting)
    return row


def _check_analysis(
    world: World, account: Row, rule: str, field: str, kind: str, name: str, code: str
) -> None:
    wanted = account.get(rule, "NONE")
    if wanted == "MANDATORY" and not code:
        refuse(field, f"GL account {account['glAccountCode']} needs a {name} analysis.", code, code="51")
    if wanted == "NONE" and code:
        refuse(field, f"GL account {account['glAccountCode']} allows no {name} analysis.", code, code="51")
    if not code:
        return
    known = world.table(kind).get(code)
    if known is None:
        refuse(field, f"The {name} {code} does not exist.", code, code="11")
    if not known["isActive"]:
        refuse(field, f"The {name} {code} is inactive.", code, code="12")


def _check_mask(world: World, posting: Row) -> None:
    """The chart's masks name the combinations that are illegal although each code is fine; blank means any."""
    for mask in world.table("coaMasks").values():
        if all(not mask[field] or mask[field] == (posting.get(field) or "") for field in mask):
            combination = "/".join(str(posting.get(field) or "") for field in mask)
            refuse("glAccountCode", f"Combination {combination} is not allowed by the COA mask.", combination)

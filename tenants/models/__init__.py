"""Who there is: people, the companies they work for, and what links them.

A `Person` and a `Tenant` stand for themselves; everything else belongs to a tenant and is reached through `scoping`.
"""

from tenants.models.api_token import ApiToken
from tenants.models.crossing import Crossing
from tenants.models.deployment import DeploymentKey
from tenants.models.invitation import Invitation, NotInvited
from tenants.models.membership import LastOwner, Membership, Role
from tenants.models.person import Person
from tenants.models.support import SupportAccess
from tenants.models.tenant import Tenant
from tenants.models.trail import AuditEntry, AuditPart, AuditPending, AuditSeal

__all__ = [
    "ApiToken",
    "AuditEntry",
    "AuditPart",
    "AuditPending",
    "AuditSeal",
    "Crossing",
    "DeploymentKey",
    "Invitation",
    "LastOwner",
    "Membership",
    "NotInvited",
    "Person",
    "Role",
    "SupportAccess",
    "Tenant",
]

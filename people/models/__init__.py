"""People, one module a topic."""

from people.models.leave import Leave
from people.models.users import ApiToken, Role, ServiceScopes, User, UserManager

__all__ = ["ApiToken", "Leave", "Role", "ServiceScopes", "User", "UserManager"]

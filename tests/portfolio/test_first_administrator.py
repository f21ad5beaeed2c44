"""The one account that nobody can be asked for: `manage.py createsuperuser` on a new installation."""

import pytest
from django.core.management import CommandError, call_command

from people.models import Role, User


@pytest.mark.django_db
def test_the_first_administrator_is_made_on_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse battery staple")

    call_command("createsuperuser", interactive=False, email="Admin@Example.com", name="Ada Min", verbosity=0)

    person = User.objects.get(email="admin@example.com")
    assert person.role == Role.ADMINISTRATOR
    assert person.check_password("correct horse battery staple")


@pytest.mark.django_db
def test_a_first_administrator_needs_a_name() -> None:
    with pytest.raises(CommandError, match="name"):
        call_command("createsuperuser", interactive=False, email="admin@example.com", verbosity=0)

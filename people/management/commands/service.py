"""Let a service in by OAuth 2 client credentials, and say what it may ask for."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from oauth2_provider.models import get_application_model

from people.actions import UnknownScope, allow_service, create_service
from people.models import User


class Command(BaseCommand):
    help = "Makes an OAuth application and prints its id and secret, once; or changes the scopes of one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--by", required=True, metavar="EMAIL", help="the administrator who allows it")
        parser.add_argument("--scopes", required=True, help='space-separated, e.g. "read:clients read:reports"')
        parser.add_argument("--client-id", help="an application there is: its scopes become these")
        parser.add_argument("--user", metavar="EMAIL", help="whom a new one acts as")
        parser.add_argument("--name", help="what a new one is for")

    def handle(self, *args: Any, **options: Any) -> None:
        administrator, scopes = _person(options["by"]), options["scopes"].split()
        try:
            if options["client_id"]:
                service = get_application_model().objects.filter(client_id=options["client_id"]).first()
                if service is None:
                    raise CommandError(f"No application has the client id {options['client_id']}.")
                allow_service(service=service, scopes=scopes, administrator=administrator)
                self.stdout.write(f"{service.name} may now ask for: {', '.join(sorted(set(scopes)))}")
                return
            if not options["user"] or not options["name"]:
                raise CommandError("Give --user and --name for a new application, or --client-id for one there is.")
            service, secret = create_service(
                user=_person(options["user"]), name=options["name"], scopes=scopes, administrator=administrator
            )
        except (UnknownScope, PermissionDenied) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"client_id: {service.client_id}\nclient_secret: {secret}")


def _person(email: str) -> User:
    person = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if person is None:
        raise CommandError(f"Nobody who may sign in has the e-mail {email}.")
    return person

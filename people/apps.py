from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "people"

    def ready(self) -> None:
        from people import imports  # models can be imported only once all apps are set up

        imports.register()

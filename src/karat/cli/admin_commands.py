"""`karat admin`: accounts and ways in, for whoever owns the machine, and repairs."""

import secrets
from typing import TYPE_CHECKING

import click

from karat.domain.people import SYSTEM, Actor, Role

if TYPE_CHECKING:
    from karat.cli.installation import Installation

_ROLES = [role.value for role in Role]


@click.group("admin")
def admin() -> None:
    """Make accounts, links, tokens and invitations; rebuild statistics."""


@admin.command("create-account")
@click.option("--email", required=True, help="What the person signs in with.")
@click.option("--name", required=True, help="What others call the person.")
@click.option("--admin", "is_admin", is_flag=True, help="May do everything in this installation.")
@click.option("--password", "with_password", is_flag=True, help="Ask for a password. Otherwise a link is printed.")
def create_account(*, email: str, name: str, is_admin: bool, with_password: bool) -> None:
    """Make an account, and print a link that signs in."""
    from karat import actions  # noqa: PLC0415 - `karat --help` must not load the server
    from karat.cli.installation import now, opened  # noqa: PLC0415

    password_hash = _ask_password(email) if with_password else None
    with opened(create=True) as karat:
        account = karat.write(
            lambda tx: actions.accounts.create(
                tx, SYSTEM, email=email, name=name, password_hash=password_hash, is_admin=is_admin, now=now()
            )
        )
        click.echo(f"created an account for {account.name} ({account.email})")
        if not with_password:
            _print_link(karat.settings.address, _make_link(karat, account.email, is_reusable=False))


@admin.command("sign-in-link")
@click.option("--email", required=True, help="Whom the link signs in.")
@click.option("--reusable", is_flag=True, help="Signs in as often as it is opened. Otherwise once.")
def sign_in_link(*, email: str, reusable: bool) -> None:
    """Print a link that signs a person in, for instance one who forgot the password. It works for a week."""
    from karat.cli.installation import opened  # noqa: PLC0415

    with opened() as karat:
        _print_link(karat.settings.address, _make_link(karat, email, is_reusable=reusable))


@admin.command("invite")
@click.option("--project", "project_name", required=True, metavar="NAME", help="Project, by name or number.")
@click.option("--role", type=click.Choice(_ROLES), required=True, help="What the person will be in the project.")
@click.option("--email", default="", help="For whom it is meant; a note, the link is what counts.")
def invite(*, project_name: str, role: str, email: str) -> None:
    """Print a link with which somebody joins a project. It works once, within two weeks."""
    from karat import actions  # noqa: PLC0415
    from karat.cli.installation import find_project, now, opened  # noqa: PLC0415
    from karat.store.connection import Writer  # noqa: PLC0415

    secret = secrets.token_urlsafe(32)

    def change(tx: Writer) -> None:
        project = find_project(tx, project_name)
        actions.invitations.make(tx, SYSTEM, project.id, email=email, role=Role(role), secret=secret, now=now())

    with opened() as karat:
        karat.write(change)
        click.echo(f"{karat.settings.address}/#/invitation/{secret}")


@admin.command("create-token")
@click.option("--email", required=True, help="Person on whose behalf the program acts.")
@click.option("--name", required=True, help="Name of the token: that of the program.")
@click.option("--days", type=click.IntRange(1, 3_650), default=365, show_default=True, help="How long it works.")
def create_token(*, email: str, name: str, days: int) -> None:
    """Print a token with which a program acts as a person, for `karat.client` and the HTTP API."""
    from datetime import timedelta  # noqa: PLC0415

    from karat import actions, store  # noqa: PLC0415
    from karat.cli.installation import now, opened  # noqa: PLC0415
    from karat.cli.people import find_account  # noqa: PLC0415
    from karat.domain.accounts import API_TOKEN_PREFIX  # noqa: PLC0415
    from karat.store.connection import Writer  # noqa: PLC0415

    secret = API_TOKEN_PREFIX + secrets.token_urlsafe(32)

    def change(tx: Writer) -> None:
        account = find_account(tx, email)
        actor = Actor(account.id, account.name, account.is_admin, store.annotators.memberships_of(tx, account.id))
        lifetime = timedelta(days=days)
        actions.tokens.create(tx, actor, name=name, secret=secret, scope=None, lifetime=lifetime, now=now())

    with opened() as karat:
        karat.write(change)
    click.echo(secret)


@admin.command("rebuild-statistics")
@click.option("--project", "project_name", default=None, metavar="NAME", help="Only this project. [all]")
def rebuild_statistics(*, project_name: str | None) -> None:
    """Throw running statistics away and compute them from the facts."""
    from karat import actions, store  # noqa: PLC0415
    from karat.cli.background import wait_until_counted, working  # noqa: PLC0415
    from karat.cli.installation import find_project, opened  # noqa: PLC0415

    with opened() as karat:
        if project_name is None:
            projects = karat.read(store.projects.all_projects)
        else:
            projects = [karat.read(lambda db: find_project(db, project_name))]
        for project in projects:
            with working(karat):
                wait_until_counted(karat, project.id)
            karat.write(lambda tx, project_id=project.id: actions.recount.rebuild(tx, project_id))  # type: ignore[misc]
            click.echo(f"rebuilt the statistics of {project.name!r}")


def _make_link(karat: "Installation", email: str, *, is_reusable: bool) -> str:
    from karat import actions  # noqa: PLC0415
    from karat.cli.installation import now  # noqa: PLC0415
    from karat.cli.people import find_account  # noqa: PLC0415

    link = secrets.token_urlsafe(24)
    karat.write(
        lambda tx: actions.sign_in.make_link(
            tx, SYSTEM, find_account(tx, email).id, link=link, is_reusable=is_reusable, now=now()
        )
    )
    return link


def _print_link(address: str, link: str) -> None:
    click.echo("this link signs in, while the server is running (`karat serve`):", err=True)
    click.echo(f"{address}/#/enter/{link}")


def _ask_password(email: str) -> str:
    from karat.actions import passwords  # noqa: PLC0415

    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return passwords.hash_new(password, email=email)

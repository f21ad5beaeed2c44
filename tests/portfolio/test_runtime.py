"""Real processes, small: what a killed, doubled or misplaced run meets."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
import redis
from django.conf import settings

from portfolio.runtime.discover import service_urls
from portfolio.runtime.folders import FolderLock, port_is_free, prepare, secret
from portfolio.runtime.postgres import Postgres, binaries_for, installed
from portfolio.runtime.problems import RuntimeProblem
from portfolio.runtime.processes import Identity, carrying, stop_group
from portfolio.runtime.supervisor import Child, Role, stop_children
from portfolio.runtime.valkey import Valkey

PASSWORD = "a password of the test"


def eventually(condition: Callable[[], object], seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not come about"
        time.sleep(0.05)


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with us and must survive."""
    process = subprocess.Popen(["sleep", "600"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def servers() -> Iterator[list[Postgres | Valkey]]:
    """Whatever a test puts here is stopped after it."""
    started: list[Postgres | Valkey] = []
    yield started
    for server in started:
        server.stop()


def make_postgres(tmp_path: Path, servers: list[Postgres | Valkey], *, durable: bool = False) -> Postgres:
    server = Postgres(tmp_path / "postgres", log=tmp_path / "postgres.log", password=PASSWORD, durable=durable)
    servers.append(server)
    return server


def query(server: Postgres, statement: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(server.url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def test_killed_postgres_comes_back_with_its_data_on_the_same_port(
    tmp_path: Path, servers: list[Postgres | Valkey]
) -> None:
    server = make_postgres(tmp_path, servers, durable=True)
    first = server.start()
    query(server, "CREATE TABLE kept (id int)")
    query(server, "INSERT INTO kept VALUES (42)")
    port = server.port
    os.kill(first.pid, signal.SIGKILL)
    assert server.process
    server.process.wait()

    server.start()

    assert server.port == port
    assert query(server, "SELECT id FROM kept") == [(42,)]


def test_a_server_left_by_a_killed_run_is_stopped_and_its_data_taken_over(
    tmp_path: Path, servers: list[Postgres | Valkey]
) -> None:
    left = make_postgres(tmp_path, servers)
    identity = left.start()
    query(left, "CREATE TABLE kept AS SELECT 42 AS id")

    server = make_postgres(tmp_path, servers)
    server.start()

    assert not identity.is_running()
    assert query(server, "SELECT id FROM kept") == [(42,)]


def test_a_stale_pid_file_naming_a_stranger_neither_blocks_nor_harms(
    tmp_path: Path, servers: list[Postgres | Valkey], sleeper: subprocess.Popen[bytes]
) -> None:
    server = make_postgres(tmp_path, servers)
    server.start()
    server.stop()
    (server.cluster / "postmaster.pid").write_text(f"{sleeper.pid}\n{server.cluster}\n1\n5432\n\n127.0.0.1\n")

    server.start()

    assert query(server, "SELECT 1") == [(1,)]
    assert sleeper.poll() is None


def test_a_half_made_cluster_of_a_killed_first_run_is_made_anew(
    tmp_path: Path, servers: list[Postgres | Valkey]
) -> None:
    (tmp_path / "postgres.new" / "base").mkdir(parents=True)

    server = make_postgres(tmp_path, servers)
    server.start()

    assert query(server, "SELECT 1") == [(1,)]
    assert not (tmp_path / "postgres.new").exists()


def test_data_of_another_major_version_is_refused_untouched(tmp_path: Path) -> None:
    cluster = tmp_path / "postgres"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text("12\n")

    with pytest.raises(RuntimeProblem, match=r"written by PostgreSQL 12; this machine has \d\d"):
        binaries_for(cluster)

    assert [path.name for path in cluster.iterdir()] == ["PG_VERSION"]


def test_existing_data_is_opened_by_the_programs_that_wrote_it(tmp_path: Path) -> None:
    for binaries in installed():
        cluster = tmp_path / str(binaries.major)
        cluster.mkdir()
        (cluster / "PG_VERSION").write_text(f"{binaries.major}\n")
        assert binaries_for(cluster).major == binaries.major


def test_migrations_apply_on_the_postgresql_that_the_other_tests_do_not_use(
    tmp_path: Path, servers: list[Postgres | Valkey], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = "package" if installed()[0].source == "system" else "system"
    monkeypatch.setenv("PRINCIPAL_POSTGRES", other)
    if not installed():
        pytest.skip(f"no PostgreSQL of the {other} here")
    server = make_postgres(tmp_path, servers)
    server.start()
    environment = {**os.environ, "DATABASE_URL": server.url, "DATA_DIR": str(tmp_path)}
    command: list[str | Path] = [
        sys.executable,
        settings.BASE_DIR / "manage.py",
        "migrate",
        "--no-input",
        "--skip-checks",
    ]

    subprocess.run(command, env=environment, check=True, capture_output=True)

    assert query(server, "SELECT count(*) > 0 FROM django_migrations WHERE app = 'financials'") == [(True,)]


def test_valkey_comes_back_on_the_same_port_and_asks_for_its_password(
    tmp_path: Path, servers: list[Postgres | Valkey]
) -> None:
    server = Valkey(tmp_path / "valkey", log=tmp_path / "valkey.log", password="a-password")
    servers.append(server)
    first = server.start()
    port = server.port
    os.kill(first.pid, signal.SIGKILL)
    assert server.process
    server.process.wait()

    server.start()

    assert server.port == port
    assert server.answers()
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=port).ping()


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")  # a folder under a file cannot be made, not even by root

    with pytest.raises(RuntimeProblem, match=r"data folder .*file/var cannot be written to"):
        prepare(tmp_path / "file" / "var")


def test_a_taken_port_is_seen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert not port_is_free(port)
    assert port_is_free(port)


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    made = secret(tmp_path, "secret_key", size=48)

    assert len(made) >= 50
    assert secret(tmp_path, "secret_key", size=48) == made
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_the_lock_of_a_killed_holder_is_free(tmp_path: Path) -> None:
    prepare(tmp_path)
    program = textwrap.dedent(f"""
        import time
        from pathlib import Path
        from portfolio.runtime.folders import FolderLock
        lock = FolderLock(Path({str(tmp_path)!r}))
        print(lock.acquire(), flush=True)
        time.sleep(600)
    """)
    holder = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    assert holder.stdout.readline() == "True\n"
    assert not FolderLock(tmp_path).acquire()

    holder.kill()
    holder.wait()

    lock = FolderLock(tmp_path)
    assert lock.acquire()
    lock.release()


def test_a_reused_pid_is_not_taken_for_the_process_that_had_it(sleeper: subprocess.Popen[bytes]) -> None:
    earlier = Identity(sleeper.pid, "1")

    assert not earlier.is_running()
    assert not stop_group(earlier)
    assert sleeper.poll() is None


def test_services_of_a_dead_server_are_not_offered(tmp_path: Path) -> None:
    prepare(tmp_path)
    (tmp_path / "run/services.json").write_text(
        '{"supervisor": [1, "0"], "token": "t", "address": "", "database_url": "d", "redis_url": "r", "processes": {}}'
    )
    assert service_urls(tmp_path) == {}
    (tmp_path / "run/services.json").write_text('{"supervisor": [1')
    assert service_urls(tmp_path) == {}


def test_a_child_that_dies_is_started_again_without_what_it_forked(tmp_path: Path) -> None:
    said: list[str] = []
    mark = f"PRINCIPAL_RUN=test-{os.getpid()}"
    role = Role("forking", ("sh", "-c", "sleep 600 & sleep 600"), tmp_path)
    environment = {**os.environ, "PRINCIPAL_RUN": mark.partition("=")[2]}
    child = Child(role, log=tmp_path / "log", environment=environment, say=said.append)
    child.start()
    eventually(lambda: len(carrying(mark)) >= 2)
    before = {identity.pid for identity in carrying(mark)}
    assert child.process
    os.kill(child.process.pid, signal.SIGKILL)

    eventually(child.tend)

    assert said == [f"forking ended (signal 9); again in 0.5 s, see {tmp_path / 'log'}"]
    eventually(lambda: not before & {identity.pid for identity in carrying(mark)})
    stop_children([child], grace=1)
    eventually(lambda: not carrying(mark))


def test_a_spare_takes_over_and_ends_with_its_supervisor(tmp_path: Path) -> None:
    """It waits for a line; without one, at the end of its input, it ends."""
    mark = f"PRINCIPAL_RUN=spare-{os.getpid()}"
    waiting = "read line && echo took over && exec sleep 600"
    role = Role("spared", ("sleep", "600"), tmp_path, spare=("sh", "-c", waiting))
    environment = {**os.environ, "PRINCIPAL_RUN": mark.partition("=")[2]}
    child = Child(role, log=tmp_path / "log", environment=environment, say=lambda _: None)
    child.start()
    eventually(lambda: child.tend() or child.spare)
    spare = child.spare
    assert child.process
    assert spare
    os.kill(child.process.pid, signal.SIGKILL)

    eventually(child.tend)

    assert child.process is spare
    assert child.identity == Identity.of(spare.pid)
    eventually(lambda: (tmp_path / "log").read_text() == "took over\n")
    eventually(lambda: child.tend() or child.spare)
    last = child.spare
    assert last
    assert last.stdin
    last.stdin.close()  # as when the supervisor is killed
    eventually(lambda: last.poll() is not None)
    stop_children([child], grace=1)
    eventually(lambda: not carrying(mark))

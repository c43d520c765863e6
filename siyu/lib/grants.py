"""Two roles: the owner migrates and makes partitions; the application may not change what must stand as written."""

from psycopg import Connection, sql
from psycopg.errors import InsufficientPrivilege

from .refusal import Refusal

# table → what the application's role may not do to it
PROTECTED = {
    "merchant_audit": ("UPDATE", "DELETE", "TRUNCATE"),
    "loyalty_entry": ("UPDATE", "DELETE", "TRUNCATE"),
    "loyalty_operation": ("UPDATE", "DELETE", "TRUNCATE"),
    "loyalty_seal": ("UPDATE", "DELETE", "TRUNCATE"),
    "facts_log": ("UPDATE", "DELETE", "TRUNCATE"),
    "django_migrations": ("INSERT", "UPDATE", "DELETE", "TRUNCATE"),
}


def create_role(connection: Connection, role: str) -> None:
    """Create the application's role unless it is there, and let the owner act as it. Refuses with `database.role`.

    It may log in only where the server's own rules allow it.
    """
    name = sql.Identifier(role)
    try:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE").format(name))
        if not connection.execute("SELECT 1 WHERE pg_has_role(current_user, %s, 'MEMBER')", [role]).fetchone():
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(name))
    except InsufficientPrivilege as error:
        owner = connection.info.user
        remedy = f'CREATE ROLE "{role}" LOGIN; GRANT "{role}" TO "{owner}"'
        because = f"the role {owner} may not make the role {role}; let an administrator run: {remedy}"
        raise Refusal("database.role", because) from error


def grant(connection: Connection, role: str) -> None:
    """Give the application what it needs on every table of the schema, and take back what it may not do. Idempotent."""
    name = sql.Identifier(role)
    database = sql.Identifier(connection.info.dbname)
    for statement in (
        "GRANT CONNECT ON DATABASE {database} TO {role}",
        "GRANT USAGE ON SCHEMA public TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        "GRANT UPDATE ON SEQUENCE facts_id TO {role}",  # the pump takes runs of ids
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}",
    ):
        connection.execute(sql.SQL(statement).format(database=database, role=name))
    for table, verbs in PROTECTED.items():
        for part in _with_partitions(connection, table):
            verb_list = sql.SQL(", ").join(sql.SQL(verb) for verb in verbs)
            connection.execute(sql.SQL("REVOKE {} ON {} FROM {}").format(verb_list, sql.Identifier(part), name))


def _with_partitions(connection: Connection, table: str) -> list[str]:
    rows = connection.execute("SELECT relid::regclass::text FROM pg_partition_tree(to_regclass(%s))", [table]).fetchall()
    names = [row[0] for row in rows]
    return names or ([table] if connection.execute("SELECT 1 WHERE to_regclass(%s) IS NOT NULL", [table]).fetchone() else [])

"""The second guard against overselling: the database itself refuses a seat that is not there.

Whatever program writes, a registration that becomes seated, or grows while seated, is refused where the lunch has no
room for it. A lunch that is over its capacity because the capacity was lowered keeps everybody.

To count the seats of a lunch again for each of ten thousand people takes seconds. Who seats many says so with a row in
``bulk_seating``: then they are counted once, when that row goes; and nothing can be committed while it stands.
"""

from alembic import op

_SQLITE = """
create trigger registration_{verb}_guard before {event} on registration
when new.standing = 'seated' {grows}
begin
  select raise(abort, 'no seat left at this lunch')
  where new.seats + (
    select coalesce(sum(seats), 0) from registration
    where event_id = new.event_id and standing = 'seated' and id is not new.id
  ) > (select capacity from event where id = new.event_id);
end
"""
_SQLITE_GROWS = "and (old.standing != 'seated' or new.seats > old.seats or new.event_id != old.event_id)"
_POSTGRESQL = """
create function registration_guard() returns trigger language plpgsql as $$
declare room integer;
begin
  if new.standing <> 'seated' then return new; end if;
  if tg_op = 'UPDATE' then
    if old.standing = 'seated' and new.seats <= old.seats and new.event_id = old.event_id then return new; end if;
  end if;
  select capacity into room from event where id = new.event_id for update;
  if new.seats + (
    select coalesce(sum(seats), 0) from registration
    where event_id = new.event_id and standing = 'seated' and id is distinct from new.id
  ) > room then
    raise exception 'no seat left at this lunch' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger registration_guard before insert or update on registration
for each row execute function registration_guard();
"""
_SQLITE_BULK = """
create trigger bulk_seating_guard before delete on bulk_seating
begin
  select raise(abort, 'no seat left at this lunch')
  where (
    select coalesce(sum(seats), 0) from registration where event_id = old.event_id and standing = 'seated'
  ) > (select capacity from event where id = old.event_id);
end
"""
_NOT_MANY = "not exists (select 1 from bulk_seating where event_id = new.event_id)"
_POSTGRESQL_BULK = """
create function bulk_seating_guard() returns trigger language plpgsql as $$
declare room integer;
begin
  select capacity into room from event where id = old.event_id for update;
  if (
    select coalesce(sum(seats), 0) from registration where event_id = old.event_id and standing = 'seated'
  ) > room then
    raise exception 'no seat left at this lunch' using errcode = 'check_violation';
  end if;
  return old;
end $$;
create trigger bulk_seating_guard before delete on bulk_seating
for each row execute function bulk_seating_guard();
"""


def guard_many_seats() -> None:
    """Let the guard count once where many are seated; ``bulk_seating`` is there already."""
    if op.get_bind().dialect.name == "sqlite":
        for verb, grows in (("insert", ""), ("update", _SQLITE_GROWS)):
            op.execute(f"drop trigger registration_{verb}_guard")
            op.execute(_SQLITE.format(verb=verb, event=verb, grows=f"{grows} and {_NOT_MANY}"))
        op.execute(_SQLITE_BULK)
    else:
        one_by_one = "if new.standing <> 'seated' then return new; end if;"
        many = f"if not ({_NOT_MANY}) then return new; end if;"
        function = _POSTGRESQL.partition("create trigger")[0].replace("create function", "create or replace function")
        op.execute(function.replace(one_by_one, f"{one_by_one}\n  {many}"))
        op.execute(_POSTGRESQL_BULK)


def guard_seats() -> None:
    """Install the guard in the database that is being migrated."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_SQLITE.format(verb="insert", event="insert", grows=""))
        op.execute(_SQLITE.format(verb="update", event="update", grows=_SQLITE_GROWS))
    else:
        op.execute(_POSTGRESQL)

"""The second guard against overselling: the database itself refuses a seat that is not there.

Whatever program writes, a registration that becomes seated, or grows while seated, is refused where the lunch has no
room for it. A lunch that is over its capacity because the capacity was lowered keeps everybody.
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


def guard_seats() -> None:
    """Install the guard in the database that is being migrated."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_SQLITE.format(verb="insert", event="insert", grows=""))
        op.execute(_SQLITE.format(verb="update", event="update", grows=_SQLITE_GROWS))
    else:
        op.execute(_POSTGRESQL)

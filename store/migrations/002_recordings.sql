-- One recording an attempt. The file lies on the machine that took the call (host), below its folder of
-- recordings; the row stays when the file is deleted, and so does its event.
create table recording(
    id <id>,
    attempt_id <int> not null unique references attempt(id),
    host text not null,
    path text not null,
    started_at <int> not null,
    state text not null check (state in ('open', 'kept', 'lost', 'deleted')),
    ms <int> not null default 0,
    size <int> not null default 0,
    sha256 text not null default '',
    why text not null default '',
    settled_at <int>,
    check ((state = 'open') = (settled_at is null)),
    check (state <> 'kept' or sha256 <> '')
) <strict>;
create index recording_open on recording(host) where state = 'open';
create index recording_age on recording(host, started_at) where state = 'kept';

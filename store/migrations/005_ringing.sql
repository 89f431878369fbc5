-- Who rings at a desk, written while they ring: if the desk dies, its successor keeps them as missed.

create table ringing_call(
    sip_call_id text not null,
    shift_id <int> not null references shift(id),
    rep text not null,
    number text not null,
    name text not null,
    at <int> not null,
    over_at <int>,
    primary key (sip_call_id, shift_id)
) <strict>;
create index ringing_call_now on ringing_call(at) where over_at is null;

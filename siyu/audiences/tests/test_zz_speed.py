import time, sys
import pytest
from datetime import datetime, timedelta, UTC
from django.db import connection
from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.merchant.rules import SYSTEM
from siyu.audiences import services, queries
from siyu.audiences.models import Audience, Membership
NOW=datetime(2026,3,1,2,0,tzinfo=UTC)
N=200_000; F=4_000_000
import os
def cpu():
    pid=q("SELECT pg_backend_pid()")[0][0]; f=open(f"/proc/{pid}/stat").read().rsplit(")",1)[1].split(); me=os.times()
    return (int(f[11])+int(f[12]))/100+me.user+me.system
def q(s,*a):
    with connection.cursor() as c:
        c.execute(s,a)
        try: return c.fetchall()
        except Exception: return None
def test_speed(clone, owner):
    t=time.time()
    src=q("INSERT INTO facts_source(name,title,badge) VALUES('web','','') ON CONFLICT(name) DO UPDATE SET title='' RETURNING id")[0][0]
    q("INSERT INTO members_member(id,public_id,is_identified,created_at,nickname,source_id) SELECT g,'p'||g,true,'2025-03-01Z','n'||g,%s FROM generate_series(1,%s) g",src,N)
    q("INSERT INTO members_identity(id,kind,hash,value,member_id,origin_id,first_seen) SELECT g,'user_id',md5(g::text)::uuid,'\\x00',g,g,'2025-03-01Z' FROM generate_series(1,%s) g",N)
    q("""INSERT INTO facts_log(id,occurred_at,received_at,business_day,name,source_id,identity_id,message,properties,depth)
      SELECT g, at, at, (at AT TIME ZONE 'Asia/Shanghai')::date, (ARRAY['page.viewed','page.viewed','page.viewed','product.viewed','product.viewed','cart.added','order.x','search'])[1+g%%8],%s,
      1+(power(random(),2)*(%s-1))::int, md5(g::text)::uuid, '{"path":"/x","category":"c"}',0
      FROM (SELECT g, timestamptz '2025-03-02Z'+ (g * interval '7.85 seconds') AS at FROM generate_series(1,%s) g) x""",src,N,F)
    q("SELECT setval('facts_id',%s)",F+1)
    owner.execute(f"SELECT setval($$members_member_id_seq$$,{N+1}),setval($$members_identity_id_seq$$,{N+1})")
    q("INSERT INTO members_trait(identity_id,name,value,occurred_at,message) SELECT g,'city',to_jsonb((ARRAY['上海','杭州','北京','广州'])[1+g%%4]),'2025-03-01Z',md5(g::text)::uuid FROM generate_series(1,%s) g",N)
    q("INSERT INTO orders_statistics(member_id,orders,revenue_minor,refunded_minor,first_paid_at,last_paid_at) SELECT g,1+g%%9,g%%100000,0,'2025-06-01Z','2026-01-01Z' FROM generate_series(1,%s) g WHERE g%%2=0",N)
    for tb in ("members_member","members_identity","facts_log","members_trait","orders_statistics"): owner.execute(f"ANALYZE {tb}")
    print("\ngenerated",round(time.time()-t,1),"s", flush=True)
    pump(NOW)
    rules={
     "count30": {"condition":"did_fact","fact":"page.viewed","times":3,"within":{"last_days":30}},
     "again (counter there)": {"condition":"did_fact","fact":"page.viewed","times":1,"within":{"last_days":7}},
     "ever, 5 times": {"condition":"did_fact","fact":"page.viewed","times":5},
     "hours": {"condition":"did_fact","fact":"cart.added","within":{"last_hours":24}},
     "sequence": {"condition":"sequence","steps":[{"fact":"cart.added"},{"fact":"product.viewed"}],"hours":24,"within":{"last_days":30}},
     "trait+orders+count": {"all":[{"condition":"trait","trait":"city","op":"eq","value":"上海"},{"condition":"orders","what":"net_minor","op":"gte","value":5000},{"condition":"did_fact","fact":"product.viewed","times":2,"within":{"last_days":90}}]},
    }
    for n,r in rules.items():
        i=services.create(SYSTEM,n,r,now=NOW); t=cpu(); rep=pump(NOW); d=cpu()-t
        a=Audience.objects.get(pk=i); 
        services.refresh(SYSTEM,i); t=cpu(); w=time.time(); pump(NOW); d2=cpu()-t; w=time.time()-w
        t=time.time(); p=queries.preview(r,NOW,__import__("siyu.merchant.rules",fromlist=["WHOLE"]).WHOLE); d3=time.time()-t
        print(f"{n:25} first (with back-fill) {d:6.2f}s  again {d2:6.2f}s cpu {w:.2f} wall size {a.size} {a.fault}  preview {d3:.2f}s {p.members} exact={p.is_exact}", flush=True)
        owner.execute("VACUUM ANALYZE facts_counter_day"); owner.execute("ANALYZE audiences_moment"); owner.execute("ANALYZE audiences_membership")
    t=time.time(); p=queries.preview({"condition":"did_fact","fact":"search","times":1,"within":{"last_days":3}},NOW,__import__("siyu.merchant.rules",fromlist=["WHOLE"]).WHOLE); print("preview of an uncounted fact",round(time.time()-t,2),p[:3])

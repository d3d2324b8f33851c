-- What version 7 of the layout made of the rows in `upgrade.rs`.
PRAGMA application_id = 0x44726966;
PRAGMA user_version = 7;
BEGIN TRANSACTION;
CREATE TABLE "aliases" ("row.number" INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, "entity" TEXT, "low" TEXT, "high" TEXT, deleted_at INTEGER, natural_key TEXT, stamp BLOB, stamps TEXT, extra TEXT, seq INTEGER NOT NULL DEFAULT 0, born INTEGER NOT NULL DEFAULT 0, hash INTEGER NOT NULL DEFAULT 0, acked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY,
    recorded_at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    entity_type TEXT NOT NULL,
    entity_id BLOB NOT NULL,
    field TEXT NOT NULL,
    kept TEXT NOT NULL,
    kept_stamp BLOB NOT NULL,
    lost TEXT NOT NULL,
    lost_stamp BLOB NOT NULL,
    rule TEXT NOT NULL
);
INSERT INTO "audit_log" VALUES(1,10,'conflict','notes',X'00000000000189A79352412717C7E0B9','title','"a"',X'01000000000002000000000000000000000007','"z"',X'00000000000001000200030000000000000004','later');
INSERT INTO "audit_log" VALUES(2,11,'history','notes',X'00000000000189A79352412717C7E0B9','title','"a"',X'01000000000002000000000000000000000007','"z"',X'00000000000001000200030000000000000004','later');
CREATE TABLE changes (
    revision INTEGER PRIMARY KEY NOT NULL,
    entity TEXT NOT NULL,
    ids BLOB NOT NULL
);
INSERT INTO "changes" VALUES(1,'notes',X'00000000000189A79352412717C7E0B9');
INSERT INTO "changes" VALUES(2,'others',X'00000000000989A79352412717C7E0B9');
CREATE TABLE "folders" ("row.number" INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, "name" TEXT, deleted_at INTEGER, natural_key TEXT, stamp BLOB, stamps TEXT, extra TEXT, seq INTEGER NOT NULL DEFAULT 0, born INTEGER NOT NULL DEFAULT 0, hash INTEGER NOT NULL DEFAULT 0, acked INTEGER NOT NULL DEFAULT 0);
INSERT INTO "folders" VALUES(1,X'00000000000589A79352412717C7E0B9','f',NULL,'["f"]',X'010000000003ED000000000000000000000007',NULL,NULL,0,0,0,0);
CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "meta" VALUES('device','abc');
INSERT INTO "meta" VALUES('sqlite.generation','2');
INSERT INTO "meta" VALUES('sqlite.log','2');
INSERT INTO "meta" VALUES('sqlite.layout','{"aliases":{"number":1,"columns":[{"field":"entity","column":"entity","kind":"text","local":false,"indexed":false},{"field":"low","column":"low","kind":"text","local":false,"indexed":true},{"field":"high","column":"high","kind":"text","local":false,"indexed":true}],"key":[]},"folders":{"number":2,"columns":[{"field":"name","column":"name","kind":"text","local":false,"indexed":false}],"key":["name"]},"notes":{"number":3,"columns":[{"field":"title","column":"title","kind":"text","local":false,"indexed":true},{"field":"order","column":"order","kind":"int","local":false,"indexed":false},{"field":"score","column":"score","kind":"real","local":false,"indexed":false},{"field":"done","column":"done","kind":"bool","local":false,"indexed":false},{"field":"due","column":"due","kind":"int","local":false,"indexed":true},{"field":"body","column":"body","kind":"json","local":false,"indexed":false},{"field":"folder","column":"folder","kind":"ref","local":false,"indexed":true},{"field":"draft","column":"draft","kind":"text","local":true,"indexed":false},{"field":"position","column":"position","kind":"int","local":true,"indexed":false},{"field":"raw","column":"raw","kind":"json","local":true,"indexed":false}],"key":["title"]}}');
INSERT INTO "meta" VALUES('sqlite.queued','4');
CREATE TABLE "notes" ("row.number" INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, "title" TEXT, "order" INTEGER, "score" REAL, "done" INTEGER, "due" INTEGER, "body" TEXT, "folder" BLOB, "draft" TEXT, "position" INTEGER, "raw" TEXT, deleted_at INTEGER, natural_key TEXT, stamp BLOB, stamps TEXT, extra TEXT, seq INTEGER NOT NULL DEFAULT 0, born INTEGER NOT NULL DEFAULT 0, hash INTEGER NOT NULL DEFAULT 0, acked INTEGER NOT NULL DEFAULT 0);
INSERT INTO "notes" VALUES(1,X'00000000000189A79352412717C7E0B9','a',2,0.5,1,NULL,'{"b":[1,null]}',X'00000000000589A79352412717C7E0B9','mine',NULL,NULL,NULL,'["a"]',X'010000000003E9000000000000000000000007','{"deleted_at":"1000000000006000000000000000000000007","order":"1000000000005000000000000000000000007"}','{"colour":{"stamp":"10000000003e9000000000000000000000007","value":"red"}}',3,1,7,1);
INSERT INTO "notes" VALUES(2,X'00000000000289A79352412717C7E0B9','b',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,77,'["b"]',X'00000000000009000100020000000000000003','{"title":"10000000003ea000000000000000000000007"}','{"folder":{"stamp":"10000000003ea000000000000000000000007","value":"00000000-0005-89A7-9352-412717C7E0B9"}}',0,0,0,0);
CREATE TABLE other_rows (
    "row.number" INTEGER PRIMARY KEY,
    entity TEXT NOT NULL,
    id BLOB NOT NULL,
    natural_key TEXT,
    stamp BLOB,
    stamps TEXT,
    extra TEXT,
    seq INTEGER NOT NULL DEFAULT 0,
    born INTEGER NOT NULL DEFAULT 0,
    hash INTEGER NOT NULL DEFAULT 0,
    acked INTEGER NOT NULL DEFAULT 0,
    UNIQUE (entity, id)
);
INSERT INTO "other_rows" VALUES(1,'others',X'00000000000989A79352412717C7E0B9',NULL,NULL,NULL,'{"what":{"stamp":"10000000003f1000000000000000000000007","value":"bread"}}',4,0,0,0);
CREATE TABLE sync_queue (
    id INTEGER PRIMARY KEY,
    entity_type TEXT NOT NULL,
    entity_id BLOB NOT NULL,
    operation TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    last_error TEXT,
    change INTEGER NOT NULL,
    parked TEXT,
    kept TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    failed_at INTEGER NOT NULL DEFAULT 0
);
INSERT INTO "sync_queue" VALUES(1,'others',X'00000000000989A79352412717C7E0B9','create','{"title":true}',4,5,'no',3,NULL,NULL,6,7);
INSERT INTO "sync_queue" VALUES(562949953421313,'folders',X'00000000000589A79352412717C7E0B9','create','{"title":true}',4,5,'no',3,'too large',NULL,6,7);
INSERT INTO "sync_queue" VALUES(844424930131969,'notes',X'00000000000189A79352412717C7E0B9','create','{"title":true}',4,5,'no',3,NULL,'/w',6,7);
INSERT INTO "sync_queue" VALUES(844424930131970,'notes',X'00000000000289A79352412717C7E0B9','create','{"title":true}',4,5,'no',3,NULL,NULL,6,7);
CREATE INDEX "sync_queue.parked" ON sync_queue (id) WHERE parked IS NOT NULL AND kept IS NULL;
CREATE INDEX "sync_queue.kept" ON sync_queue (id) WHERE kept IS NOT NULL;
CREATE INDEX "audit_log.conflicts" ON audit_log (id) WHERE kind = 'conflict';
CREATE INDEX "audit_log.row" ON audit_log (entity_type, entity_id, id);
CREATE INDEX "other_rows.seq" ON other_rows (seq, id) WHERE seq > 0;
CREATE INDEX "other_rows.key" ON other_rows (entity, natural_key, id) WHERE natural_key IS NOT NULL;
CREATE INDEX "aliases.by.low" ON "aliases" ("low", id);
CREATE INDEX "aliases.by.high" ON "aliases" ("high", id);
CREATE INDEX "aliases.seq" ON "aliases" (seq, id) WHERE seq > 0;
CREATE INDEX "aliases.key" ON "aliases" (natural_key, id) WHERE natural_key IS NOT NULL;
CREATE VIEW "aliases_sync" AS SELECT lower(substr(hex(t.id), 1, 8) || '-' || substr(hex(t.id), 9, 4) || '-' || substr(hex(t.id), 13, 4) || '-' || substr(hex(t.id), 17, 4) || '-' || substr(hex(t.id), 21, 12)) AS id, t."entity" AS "entity", t."low" AS "low", t."high" AS "high", CASE WHEN t.acked THEN lower(substr(hex(t.id), 1, 8) || '-' || substr(hex(t.id), 9, 4) || '-' || substr(hex(t.id), 13, 4) || '-' || substr(hex(t.id), 17, 4) || '-' || substr(hex(t.id), 21, 12)) END AS remote_id,
  CASE WHEN q.id IS NULL THEN 'synced' WHEN q.kept IS NOT NULL THEN 'kept'
    WHEN q.parked IS NULL THEN 'pending' ELSE 'parked' END AS sync_status,
  (SELECT CASE substr(newest, 1, 1) WHEN '0' THEN millis & 0x1ffffffffff ELSE millis END
    FROM (SELECT newest, json_extract('0x' || substr(newest, 2, 12), '$') AS millis FROM (
      SELECT nullif(max(
        substr(lower(hex(t.stamp)), 2),
        coalesce((SELECT max(value) FROM json_each(t.stamps)), ''),
        coalesce((SELECT max(value ->> 'stamp') FROM json_each(t.extra)), '')
      ), '') AS newest))) AS updated_at,
  t.deleted_at
FROM "aliases" AS t
LEFT JOIN sync_queue AS q ON q.id = 281474976710656 + t."row.number";
CREATE INDEX "folders.seq" ON "folders" (seq, id) WHERE seq > 0;
CREATE INDEX "folders.key" ON "folders" (natural_key, id) WHERE natural_key IS NOT NULL;
CREATE VIEW "folders_sync" AS SELECT lower(substr(hex(t.id), 1, 8) || '-' || substr(hex(t.id), 9, 4) || '-' || substr(hex(t.id), 13, 4) || '-' || substr(hex(t.id), 17, 4) || '-' || substr(hex(t.id), 21, 12)) AS id, t."name" AS "name", CASE WHEN t.acked THEN lower(substr(hex(t.id), 1, 8) || '-' || substr(hex(t.id), 9, 4) || '-' || substr(hex(t.id), 13, 4) || '-' || substr(hex(t.id), 17, 4) || '-' || substr(hex(t.id), 21, 12)) END AS remote_id,
  CASE WHEN q.id IS NULL THEN 'synced' WHEN q.kept IS NOT NULL THEN 'kept'
    WHEN q.parked IS NULL THEN 'pending' ELSE 'parked' END AS sync_status,
  (SELECT CASE substr(newest, 1, 1) WHEN '0' THEN millis & 0x1ffffffffff ELSE millis END
    FROM (SELECT newest, json_extract('0x' || substr(newest, 2, 12), '$') AS millis FROM (
      SELECT nullif(max(
        substr(lower(hex(t.stamp)), 2),
        coalesce((SELECT max(value) FROM json_each(t.stamps)), ''),
        coalesce((SELECT max(value ->> 'stamp') FROM json_each(t.extra)), '')
      ), '') AS newest))) AS updated_at,
  t.deleted_at
FROM "folders" AS t
LEFT JOIN sync_queue AS q ON q.id = 562949953421312 + t."row.number";
CREATE INDEX "notes.by.title" ON "notes" ("title", id);
CREATE INDEX "notes.by.due" ON "notes" ("due", id);
CREATE INDEX "notes.by.folder" ON "notes" ("folder", id);
CREATE INDEX "notes.seq" ON "notes" (seq, id) WHERE seq > 0;
CREATE INDEX "notes.key" ON "notes" (natural_key, id) WHERE natural_key IS NOT NULL;
CREATE VIEW "notes_sync" AS SELECT lower(substr(hex(t.id), 1, 8) || '-' || substr(hex(t.id), 9, 4) || '-' || substr(hex(t.id), 13, 4) || '-' || substr(hex(t.id), 17, 4) || '-' || substr(hex(t.id), 21, 12)) AS id, t."title" AS "title", t."order" AS "order", t."score" AS "score", t."done" AS "done", t."due" AS "due", t."body" AS "body", lower(substr(hex(t."folder"), 1, 8) || '-' || substr(hex(t."folder"), 9, 4) || '-' || substr(hex(t."folder"), 13, 4) || '-' || substr(hex(t."folder"), 17, 4) || '-' || substr(hex(t."folder"), 21, 12)) AS "folder", t."draft" AS "draft", t."position" AS "position", t."raw" AS "raw", CASE WHEN t.acked THEN lower(substr(hex(t.id), 1, 8) || '-' || substr(hex(t.id), 9, 4) || '-' || substr(hex(t.id), 13, 4) || '-' || substr(hex(t.id), 17, 4) || '-' || substr(hex(t.id), 21, 12)) END AS remote_id,
  CASE WHEN q.id IS NULL THEN 'synced' WHEN q.kept IS NOT NULL THEN 'kept'
    WHEN q.parked IS NULL THEN 'pending' ELSE 'parked' END AS sync_status,
  (SELECT CASE substr(newest, 1, 1) WHEN '0' THEN millis & 0x1ffffffffff ELSE millis END
    FROM (SELECT newest, json_extract('0x' || substr(newest, 2, 12), '$') AS millis FROM (
      SELECT nullif(max(
        substr(lower(hex(t.stamp)), 2),
        coalesce((SELECT max(value) FROM json_each(t.stamps)), ''),
        coalesce((SELECT max(value ->> 'stamp') FROM json_each(t.extra)), '')
      ), '') AS newest))) AS updated_at,
  t.deleted_at
FROM "notes" AS t
LEFT JOIN sync_queue AS q ON q.id = 844424930131968 + t."row.number";
CREATE INDEX "aliases.deleted" ON "aliases" (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX "folders.deleted" ON "folders" (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX "notes.deleted" ON "notes" (deleted_at, id) WHERE deleted_at IS NOT NULL;
COMMIT;

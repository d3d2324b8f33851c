-- What version 5 of the layout made of the rows in `upgrade.rs`.
PRAGMA application_id = 0x44726966;
PRAGMA user_version = 5;
BEGIN TRANSACTION;
CREATE TABLE "aliases" (id TEXT PRIMARY KEY NOT NULL, "entity" TEXT, "low" TEXT, "high" TEXT, deleted_at INTEGER, natural_key TEXT, stamp TEXT, stamps TEXT, extra TEXT, seq INTEGER NOT NULL DEFAULT 0, born INTEGER NOT NULL DEFAULT 0, hash INTEGER NOT NULL DEFAULT 0, acked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    recorded_at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    entity_type TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    field TEXT NOT NULL,
    kept TEXT NOT NULL,
    kept_stamp TEXT NOT NULL,
    lost TEXT NOT NULL,
    lost_stamp TEXT NOT NULL,
    rule TEXT NOT NULL
);
INSERT INTO "audit_log" VALUES(1,10,'conflict','notes','00000000-0001-89a7-9352-412717c7e0b9','title','"a"','1000000000002000000000000000000000007','"z"','0000000000001000200030000000000000004','later');
INSERT INTO "audit_log" VALUES(2,11,'history','notes','00000000-0001-89a7-9352-412717c7e0b9','title','"a"','1000000000002000000000000000000000007','"z"','0000000000001000200030000000000000004','later');
CREATE TABLE changes (
    revision INTEGER PRIMARY KEY NOT NULL,
    entity TEXT NOT NULL,
    id TEXT NOT NULL
);
INSERT INTO "changes" VALUES(1,'notes','00000000-0001-89a7-9352-412717c7e0b9');
INSERT INTO "changes" VALUES(2,'others','00000000-0009-89a7-9352-412717c7e0b9');
CREATE TABLE "folders" (id TEXT PRIMARY KEY NOT NULL, "name" TEXT, deleted_at INTEGER, natural_key TEXT, stamp TEXT, stamps TEXT, extra TEXT, seq INTEGER NOT NULL DEFAULT 0, born INTEGER NOT NULL DEFAULT 0, hash INTEGER NOT NULL DEFAULT 0, acked INTEGER NOT NULL DEFAULT 0);
INSERT INTO "folders" VALUES('00000000-0005-89a7-9352-412717c7e0b9','f',NULL,'["f"]','10000000003ed000000000000000000000007',NULL,NULL,0,0,0,0);
CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "meta" VALUES('device','abc');
INSERT INTO "meta" VALUES('sqlite.generation','1');
INSERT INTO "meta" VALUES('sqlite.layout','{"aliases":{"columns":[{"field":"entity","column":"entity","kind":"text","local":false,"indexed":false},{"field":"low","column":"low","kind":"text","local":false,"indexed":true},{"field":"high","column":"high","kind":"text","local":false,"indexed":true}],"key":[]},"folders":{"columns":[{"field":"name","column":"name","kind":"text","local":false,"indexed":false}],"key":["name"]},"notes":{"columns":[{"field":"title","column":"title","kind":"text","local":false,"indexed":true},{"field":"order","column":"order","kind":"int","local":false,"indexed":false},{"field":"score","column":"score","kind":"real","local":false,"indexed":false},{"field":"done","column":"done","kind":"bool","local":false,"indexed":false},{"field":"due","column":"due","kind":"int","local":false,"indexed":true},{"field":"body","column":"body","kind":"json","local":false,"indexed":false},{"field":"folder","column":"folder","kind":"ref","local":false,"indexed":true},{"field":"draft","column":"draft","kind":"text","local":true,"indexed":false},{"field":"position","column":"position","kind":"int","local":true,"indexed":false},{"field":"raw","column":"raw","kind":"json","local":true,"indexed":false}],"key":["title"]}}');
CREATE TABLE "notes" (id TEXT PRIMARY KEY NOT NULL, "title" TEXT, "order" INTEGER, "score" REAL, "done" INTEGER, "due" INTEGER, "body" TEXT, "folder" TEXT, "draft" TEXT, "position" INTEGER, "raw" TEXT, deleted_at INTEGER, natural_key TEXT, stamp TEXT, stamps TEXT, extra TEXT, seq INTEGER NOT NULL DEFAULT 0, born INTEGER NOT NULL DEFAULT 0, hash INTEGER NOT NULL DEFAULT 0, acked INTEGER NOT NULL DEFAULT 0);
INSERT INTO "notes" VALUES('00000000-0001-89a7-9352-412717c7e0b9','a',2,0.5,1,NULL,'{"b":[1,null]}','00000000-0005-89a7-9352-412717c7e0b9','mine',NULL,NULL,NULL,'["a"]','10000000003e9000000000000000000000007','{"deleted_at":"1000000000006000000000000000000000007","order":"1000000000005000000000000000000000007"}','{"colour":{"stamp":"10000000003e9000000000000000000000007","value":"red"}}',3,1,7,1);
INSERT INTO "notes" VALUES('00000000-0002-89a7-9352-412717c7e0b9','b',NULL,NULL,NULL,NULL,NULL,'00000000-0005-89A7-9352-412717C7E0B9',NULL,NULL,NULL,77,'["b"]','10000000003ea000000000000000000000007','{"deleted_at":"0000000000009000100020000000000000003"}',NULL,0,0,0,0);
CREATE TABLE other_rows (
    entity TEXT NOT NULL,
    id TEXT NOT NULL,
    natural_key TEXT,
    stamp TEXT,
    stamps TEXT,
    extra TEXT,
    seq INTEGER NOT NULL DEFAULT 0,
    born INTEGER NOT NULL DEFAULT 0,
    hash INTEGER NOT NULL DEFAULT 0,
    acked INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (entity, id)
);
INSERT INTO "other_rows" VALUES('others','00000000-0009-89a7-9352-412717c7e0b9',NULL,NULL,NULL,'{"what":{"stamp":"10000000003f1000000000000000000000007","value":"bread"}}',4,0,0,0);
CREATE TABLE sync_queue (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    entity_type TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    operation TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    last_error TEXT,
    change INTEGER NOT NULL,
    parked TEXT, kept TEXT, failures INTEGER NOT NULL DEFAULT 0, failed_at INTEGER NOT NULL DEFAULT 0,
    UNIQUE (entity_type, entity_id)
);
INSERT INTO "sync_queue" VALUES(1,'notes','00000000-0002-89a7-9352-412717c7e0b9','create','{"title":true}',4,5,'no',3,NULL,NULL,6,7);
INSERT INTO "sync_queue" VALUES(2,'others','00000000-0009-89a7-9352-412717c7e0b9','create','{"title":true}',4,5,'no',3,NULL,NULL,6,7);
INSERT INTO "sync_queue" VALUES(3,'folders','00000000-0005-89a7-9352-412717c7e0b9','create','{"title":true}',4,5,'no',3,'too large',NULL,6,7);
INSERT INTO "sync_queue" VALUES(4,'notes','00000000-0001-89a7-9352-412717c7e0b9','create','{"title":true}',4,5,'no',3,NULL,'/w',6,7);
CREATE INDEX "sync_queue.parked" ON sync_queue (id) WHERE parked IS NOT NULL;
CREATE INDEX "audit_log.recorded_at" ON audit_log (recorded_at);
CREATE INDEX "audit_log.kind" ON audit_log (kind, id);
CREATE INDEX "other_rows.seq" ON other_rows (seq, id) WHERE seq > 0;
CREATE INDEX "other_rows.key" ON other_rows (entity, natural_key, id) WHERE natural_key IS NOT NULL;
CREATE INDEX "sync_queue.waiting" ON sync_queue (id) WHERE parked IS NULL AND kept IS NULL;
CREATE INDEX "sync_queue.kept" ON sync_queue (id) WHERE kept IS NOT NULL;
CREATE INDEX "audit_log.row" ON audit_log (entity_type, entity_id, id);
CREATE INDEX "aliases.by.low" ON "aliases" ("low", id);
CREATE INDEX "aliases.by.high" ON "aliases" ("high", id);
CREATE INDEX "aliases.seq" ON "aliases" (seq, id) WHERE seq > 0;
CREATE INDEX "aliases.key" ON "aliases" (natural_key, id) WHERE natural_key IS NOT NULL;
CREATE VIEW "aliases_sync" AS SELECT t.id, t."entity" AS "entity", t."low" AS "low", t."high" AS "high", CASE WHEN t.acked THEN t.id END AS remote_id,
  CASE WHEN q.id IS NULL THEN 'synced' WHEN q.kept IS NOT NULL THEN 'kept'
    WHEN q.parked IS NULL THEN 'pending' ELSE 'parked' END AS sync_status,
  (SELECT CASE substr(newest, 1, 1) WHEN '0' THEN millis & 0x1ffffffffff ELSE millis END
    FROM (SELECT newest, json_extract('0x' || substr(newest, 2, 12), '$') AS millis FROM (
      SELECT nullif(max(
        coalesce(t.stamp, ''),
        coalesce((SELECT max(value) FROM json_each(t.stamps)), ''),
        coalesce((SELECT max(value ->> 'stamp') FROM json_each(t.extra)), '')
      ), '') AS newest))) AS updated_at,
  t.deleted_at
FROM "aliases" AS t
LEFT JOIN sync_queue AS q ON q.entity_type = 'aliases' AND q.entity_id = t.id;
CREATE INDEX "folders.seq" ON "folders" (seq, id) WHERE seq > 0;
CREATE INDEX "folders.key" ON "folders" (natural_key, id) WHERE natural_key IS NOT NULL;
CREATE VIEW "folders_sync" AS SELECT t.id, t."name" AS "name", CASE WHEN t.acked THEN t.id END AS remote_id,
  CASE WHEN q.id IS NULL THEN 'synced' WHEN q.kept IS NOT NULL THEN 'kept'
    WHEN q.parked IS NULL THEN 'pending' ELSE 'parked' END AS sync_status,
  (SELECT CASE substr(newest, 1, 1) WHEN '0' THEN millis & 0x1ffffffffff ELSE millis END
    FROM (SELECT newest, json_extract('0x' || substr(newest, 2, 12), '$') AS millis FROM (
      SELECT nullif(max(
        coalesce(t.stamp, ''),
        coalesce((SELECT max(value) FROM json_each(t.stamps)), ''),
        coalesce((SELECT max(value ->> 'stamp') FROM json_each(t.extra)), '')
      ), '') AS newest))) AS updated_at,
  t.deleted_at
FROM "folders" AS t
LEFT JOIN sync_queue AS q ON q.entity_type = 'folders' AND q.entity_id = t.id;
CREATE INDEX "notes.by.title" ON "notes" ("title", id);
CREATE INDEX "notes.by.due" ON "notes" ("due", id);
CREATE INDEX "notes.by.folder" ON "notes" ("folder", id);
CREATE INDEX "notes.seq" ON "notes" (seq, id) WHERE seq > 0;
CREATE INDEX "notes.key" ON "notes" (natural_key, id) WHERE natural_key IS NOT NULL;
CREATE VIEW "notes_sync" AS SELECT t.id, t."title" AS "title", t."order" AS "order", t."score" AS "score", t."done" AS "done", t."due" AS "due", t."body" AS "body", t."folder" AS "folder", t."draft" AS "draft", t."position" AS "position", t."raw" AS "raw", CASE WHEN t.acked THEN t.id END AS remote_id,
  CASE WHEN q.id IS NULL THEN 'synced' WHEN q.kept IS NOT NULL THEN 'kept'
    WHEN q.parked IS NULL THEN 'pending' ELSE 'parked' END AS sync_status,
  (SELECT CASE substr(newest, 1, 1) WHEN '0' THEN millis & 0x1ffffffffff ELSE millis END
    FROM (SELECT newest, json_extract('0x' || substr(newest, 2, 12), '$') AS millis FROM (
      SELECT nullif(max(
        coalesce(t.stamp, ''),
        coalesce((SELECT max(value) FROM json_each(t.stamps)), ''),
        coalesce((SELECT max(value ->> 'stamp') FROM json_each(t.extra)), '')
      ), '') AS newest))) AS updated_at,
  t.deleted_at
FROM "notes" AS t
LEFT JOIN sync_queue AS q ON q.entity_type = 'notes' AND q.entity_id = t.id;
CREATE INDEX "aliases.deleted" ON "aliases" (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX "folders.deleted" ON "folders" (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX "notes.deleted" ON "notes" (deleted_at, id) WHERE deleted_at IS NOT NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('sync_queue',4);
INSERT INTO "sqlite_sequence" VALUES('audit_log',2);
COMMIT;

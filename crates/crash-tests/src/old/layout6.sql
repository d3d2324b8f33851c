PRAGMA application_id = 1148348774;
PRAGMA user_version = 6;
BEGIN TRANSACTION;
CREATE TABLE "aliases" ("row.number" INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, "entity" TEXT, "low" TEXT, "high" TEXT, deleted_at INTEGER, natural_key TEXT, stamp BLOB, stamps TEXT, extra TEXT, seq INTEGER NOT NULL DEFAULT 0, born INTEGER NOT NULL DEFAULT 0, hash INTEGER NOT NULL DEFAULT 0, acked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
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
INSERT INTO "audit_log" VALUES(1,1795969596442,'history','sessions',X'0000000000008CCE8A1F4A36D88DB0CA','name','"Named long ago"',X'0101A228213C1A00000000461A5A1E7D8AD6DC','"Message 0 of session 901"',X'00025E4FB2FAFF00000000D0677F6A8807744F','edited here');
CREATE TABLE changes (
    revision INTEGER PRIMARY KEY NOT NULL,
    entity TEXT NOT NULL,
    id BLOB NOT NULL
);
INSERT INTO "changes" VALUES(1,'workspaces',X'0000000000008F4381391985D4D6F3DE');
INSERT INTO "changes" VALUES(2,'sessions',X'0000000000008427818E16D6B1AB4148');
INSERT INTO "changes" VALUES(3,'messages',X'01A1AB26A90087F289D9BA41D0614B64');
INSERT INTO "changes" VALUES(4,'messages',X'01A1AB26ACE8899894D9C5B482120F7C');
INSERT INTO "changes" VALUES(5,'messages',X'01A1AB26B0D08616916C3345823D1C97');
INSERT INTO "changes" VALUES(6,'messages',X'01A1AB26B4B88189AF1ED53A5879A045');
INSERT INTO "changes" VALUES(7,'messages',X'01A1AB26B8A086278F651712BB14FB85');
INSERT INTO "changes" VALUES(8,'messages',X'01A1AB26BC888BF7A5631567ED1E14C5');
INSERT INTO "changes" VALUES(9,'messages',X'01A1AB26C0708F909C6F33E5FBABEE49');
INSERT INTO "changes" VALUES(10,'messages',X'01A1AB26C45888D8957622610E827593');
INSERT INTO "changes" VALUES(11,'messages',X'01A1AB26C8408C569263FE4A62117E6C');
INSERT INTO "changes" VALUES(12,'messages',X'01A1AB26CC288048BE1C232681CF8B99');
INSERT INTO "changes" VALUES(13,'sessions',X'0000000000008CCE8A1F4A36D88DB0CA');
INSERT INTO "changes" VALUES(14,'messages',X'01A1B04D05008009A827CFBA21B0D499');
INSERT INTO "changes" VALUES(15,'messages',X'01A1B04D08E88B04981C344B9F10E587');
INSERT INTO "changes" VALUES(16,'messages',X'01A1B04D0CD08C348E30F5B05273CB10');
INSERT INTO "changes" VALUES(17,'messages',X'01A1B04D10B8888AAB954F09DD1BF650');
INSERT INTO "changes" VALUES(18,'messages',X'01A1B04D14A0868C93DD81FCFA832A91');
INSERT INTO "changes" VALUES(19,'messages',X'01A1B04D188887BE87091D95A0F871EC');
INSERT INTO "changes" VALUES(20,'messages',X'01A1B04D1C708CB4BD2C71E6874AC2D7');
INSERT INTO "changes" VALUES(21,'messages',X'01A1B04D2058806095EB68B2CE43F11E');
INSERT INTO "changes" VALUES(22,'messages',X'01A1B04D24408C51949FAE1D8805A998');
INSERT INTO "changes" VALUES(23,'messages',X'01A1B04D28288319ABC74C9001672523');
INSERT INTO "changes" VALUES(24,'inbox',X'01A2282139D27ADCB2C75725E4139342');
INSERT INTO "changes" VALUES(25,'inbox',X'01A228213A137A15B9F818CBFF22190D');
INSERT INTO "changes" VALUES(26,'inbox',X'01A228213A67707DB452E694BE374554');
INSERT INTO "changes" VALUES(27,'inbox',X'01A228213AA374B8B2A1238C74BF2FCD');
INSERT INTO "changes" VALUES(28,'inbox',X'01A228213AD3763789899A80917478EC');
INSERT INTO "changes" VALUES(29,'inbox',X'01A228213B11791AB9C7834795034768');
INSERT INTO "changes" VALUES(30,'sessions',X'0000000000008CCE8A1F4A36D88DB0CA');
CREATE TABLE "comments" ("row.number" INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, "session" BLOB, "message" BLOB, "body" TEXT, "author" TEXT, "resolved_at" INTEGER, deleted_at INTEGER, natural_key TEXT, stamp BLOB, stamps TEXT, extra TEXT, seq INTEGER NOT NULL DEFAULT 0, born INTEGER NOT NULL DEFAULT 0, hash INTEGER NOT NULL DEFAULT 0, acked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE "inbox" ("row.number" INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, "kind" TEXT, "title" TEXT, "body" TEXT, "session" BLOB, "about" TEXT, "read_at" INTEGER, "archived_at" INTEGER, deleted_at INTEGER, natural_key TEXT, stamp BLOB, stamps TEXT, extra TEXT, seq INTEGER NOT NULL DEFAULT 0, born INTEGER NOT NULL DEFAULT 0, hash INTEGER NOT NULL DEFAULT 0, acked INTEGER NOT NULL DEFAULT 0);
INSERT INTO "inbox" VALUES(1,X'01A2282139D27ADCB2C75725E4139342',NULL,'old 6 0','body 0',NULL,NULL,NULL,NULL,NULL,NULL,X'0101A2282139D200000000461A5A1EA157D37D',NULL,NULL,0,0,0,0);
INSERT INTO "inbox" VALUES(2,X'01A228213A137A15B9F818CBFF22190D',NULL,'old 6 1','body 1',NULL,NULL,NULL,NULL,NULL,NULL,X'0101A228213A1300000000461A5A1EE83B4452',NULL,NULL,0,0,0,0);
INSERT INTO "inbox" VALUES(3,X'01A228213A67707DB452E694BE374554',NULL,'old 6 2','body 2',NULL,NULL,NULL,NULL,NULL,NULL,X'0101A228213A6700000000461A5A1E6F90728A',NULL,NULL,0,0,0,0);
INSERT INTO "inbox" VALUES(4,X'01A228213AA374B8B2A1238C74BF2FCD',NULL,'old 6 3','body 3',NULL,NULL,NULL,NULL,NULL,NULL,X'0101A228213AA300000000461A5A1E5FB6CE37',NULL,NULL,0,0,0,0);
INSERT INTO "inbox" VALUES(5,X'01A228213AD3763789899A80917478EC',NULL,'old 6 4','body 4',NULL,NULL,NULL,NULL,NULL,NULL,X'0101A228213AD300000000461A5A1E97A61A3C',NULL,NULL,0,0,0,0);
INSERT INTO "inbox" VALUES(6,X'01A228213B11791AB9C7834795034768',NULL,'old 6 5','body 5',NULL,NULL,NULL,NULL,NULL,NULL,X'0101A228213B1100000000461A5A1E09DA4400',NULL,NULL,0,0,0,0);
CREATE TABLE "messages" ("row.number" INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, "session" BLOB, "external_id" TEXT, "role" TEXT, "text" TEXT, "blocks" TEXT, "model" TEXT, "parent" TEXT, "created_at" INTEGER, "agent" TEXT, "usage" TEXT, "prompt" INTEGER, "position" INTEGER, "raw" TEXT, deleted_at INTEGER, natural_key TEXT, stamp BLOB, stamps TEXT, extra TEXT, seq INTEGER NOT NULL DEFAULT 0, born INTEGER NOT NULL DEFAULT 0, hash INTEGER NOT NULL DEFAULT 0, acked INTEGER NOT NULL DEFAULT 0);
INSERT INTO "messages" VALUES(1,X'01A1AB26A90087F289D9BA41D0614B64',X'0000000000008427818E16D6B1AB4148','00000384-0000-4000-9000-000000000000','user','Message 0 of session 900','[{"text":"Message 0 of session 900","type":"text"}]',NULL,NULL,1793872800000,NULL,NULL,NULL,0,'{"parentUuid": null, "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000384-0000-4000-8000-000000000000", "version": "2.1.0", "type": "user", "message": {"role": "user", "content": [{"type": "text", "text": "Message 0 of session 900"}]}, "uuid": "00000384-0000-4000-9000-000000000000", "timestamp": "2026-11-05T10:00:00.000Z"}',NULL,NULL,X'0001A1AB26A90000010002A2238D3ABCA87DDA',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES(2,X'01A1AB26ACE8899894D9C5B482120F7C',X'0000000000008427818E16D6B1AB4148','00000384-0000-4000-9000-000000000001','assistant','Message 1 of session 900','[{"text":"Message 1 of session 900","type":"text"}]','large','00000384-0000-4000-9000-000000000000',1793872801000,NULL,NULL,NULL,1,'{"parentUuid": "00000384-0000-4000-9000-000000000000", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000384-0000-4000-8000-000000000000", "version": "2.1.0", "type": "assistant", "message": {"role": "assistant", "content": [{"type": "text", "text": "Message 1 of session 900"}], "model": "large", "stop_reason": "end_turn"}, "uuid": "00000384-0000-4000-9000-000000000001", "timestamp": "2026-11-05T10:00:01.000Z"}',NULL,NULL,X'0001A1AB26ACE8800100025928C766194C4A68',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES(3,X'01A1AB26B0D08616916C3345823D1C97',X'0000000000008427818E16D6B1AB4148','00000384-0000-4000-9000-000000000002','user','Message 2 of session 900','[{"text":"Message 2 of session 900","type":"text"}]',NULL,'00000384-0000-4000-9000-000000000001',1793872802000,NULL,NULL,NULL,2,'{"parentUuid": "00000384-0000-4000-9000-000000000001", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000384-0000-4000-8000-000000000000", "version": "2.1.0", "type": "user", "message": {"role": "user", "content": [{"type": "text", "text": "Message 2 of session 900"}]}, "uuid": "00000384-0000-4000-9000-000000000002", "timestamp": "2026-11-05T10:00:02.000Z"}',NULL,NULL,X'0001A1AB26B0D000010002825D74D3E062103E',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES(4,X'01A1AB26B4B88189AF1ED53A5879A045',X'0000000000008427818E16D6B1AB4148','00000384-0000-4000-9000-000000000003','assistant','Message 3 of session 900','[{"text":"Message 3 of session 900","type":"text"}]','large','00000384-0000-4000-9000-000000000002',1793872803000,NULL,NULL,NULL,3,'{"parentUuid": "00000384-0000-4000-9000-000000000002", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000384-0000-4000-8000-000000000000", "version": "2.1.0", "type": "assistant", "message": {"role": "assistant", "content": [{"type": "text", "text": "Message 3 of session 900"}], "model": "large", "stop_reason": "end_turn"}, "uuid": "00000384-0000-4000-9000-000000000003", "timestamp": "2026-11-05T10:00:03.000Z"}',NULL,NULL,X'0001A1AB26B4B88001000265C2E51FCE954729',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES(5,X'01A1AB26B8A086278F651712BB14FB85',X'0000000000008427818E16D6B1AB4148','00000384-0000-4000-9000-000000000004','user','Message 4 of session 900','[{"text":"Message 4 of session 900","type":"text"}]',NULL,'00000384-0000-4000-9000-000000000003',1793872804000,NULL,NULL,NULL,4,'{"parentUuid": "00000384-0000-4000-9000-000000000003", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000384-0000-4000-8000-000000000000", "version": "2.1.0", "type": "user", "message": {"role": "user", "content": [{"type": "text", "text": "Message 4 of session 900"}]}, "uuid": "00000384-0000-4000-9000-000000000004", "timestamp": "2026-11-05T10:00:04.000Z"}',NULL,NULL,X'0001A1AB26B8A000010002A40483EBEC179752',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES(6,X'01A1AB26BC888BF7A5631567ED1E14C5',X'0000000000008427818E16D6B1AB4148','00000384-0000-4000-9000-000000000005','assistant','Message 5 of session 900','[{"text":"Message 5 of session 900","type":"text"}]','large','00000384-0000-4000-9000-000000000004',1793872805000,NULL,NULL,NULL,5,'{"parentUuid": "00000384-0000-4000-9000-000000000004", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000384-0000-4000-8000-000000000000", "version": "2.1.0", "type": "assistant", "message": {"role": "assistant", "content": [{"type": "text", "text": "Message 5 of session 900"}], "model": "large", "stop_reason": "end_turn"}, "uuid": "00000384-0000-4000-9000-000000000005", "timestamp": "2026-11-05T10:00:05.000Z"}',NULL,NULL,X'0001A1AB26BC8880010002EBB28DD8B8006507',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES(7,X'01A1AB26C0708F909C6F33E5FBABEE49',X'0000000000008427818E16D6B1AB4148','00000384-0000-4000-9000-000000000006','user','Message 6 of session 900','[{"text":"Message 6 of session 900","type":"text"}]',NULL,'00000384-0000-4000-9000-000000000005',1793872806000,NULL,NULL,NULL,6,'{"parentUuid": "00000384-0000-4000-9000-000000000005", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000384-0000-4000-8000-000000000000", "version": "2.1.0", "type": "user", "message": {"role": "user", "content": [{"type": "text", "text": "Message 6 of session 900"}]}, "uuid": "00000384-0000-4000-9000-000000000006", "timestamp": "2026-11-05T10:00:06.000Z"}',NULL,NULL,X'0001A1AB26C07000010002FFD82DB0F13E6088',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES(8,X'01A1AB26C45888D8957622610E827593',X'0000000000008427818E16D6B1AB4148','00000384-0000-4000-9000-000000000007','assistant','Message 7 of session 900','[{"text":"Message 7 of session 900","type":"text"}]','large','00000384-0000-4000-9000-000000000006',1793872807000,NULL,NULL,NULL,7,'{"parentUuid": "00000384-0000-4000-9000-000000000006", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000384-0000-4000-8000-000000000000", "version": "2.1.0", "type": "assistant", "message": {"role": "assistant", "content": [{"type": "text", "text": "Message 7 of session 900"}], "model": "large", "stop_reason": "end_turn"}, "uuid": "00000384-0000-4000-9000-000000000007", "timestamp": "2026-11-05T10:00:07.000Z"}',NULL,NULL,X'0001A1AB26C458800100027F96F55015A8DA93',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES(9,X'01A1AB26C8408C569263FE4A62117E6C',X'0000000000008427818E16D6B1AB4148','00000384-0000-4000-9000-000000000008','user','Message 8 of session 900','[{"text":"Message 8 of session 900","type":"text"}]',NULL,'00000384-0000-4000-9000-000000000007',1793872808000,NULL,NULL,NULL,8,'{"parentUuid": "00000384-0000-4000-9000-000000000007", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000384-0000-4000-8000-000000000000", "version": "2.1.0", "type": "user", "message": {"role": "user", "content": [{"type": "text", "text": "Message 8 of session 900"}]}, "uuid": "00000384-0000-4000-9000-000000000008", "timestamp": "2026-11-05T10:00:08.000Z"}',NULL,NULL,X'0001A1AB26C84000010002877BCA043D2B9B29',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES(10,X'01A1AB26CC288048BE1C232681CF8B99',X'0000000000008427818E16D6B1AB4148','00000384-0000-4000-9000-000000000009','assistant','Message 9 of session 900','[{"text":"Message 9 of session 900","type":"text"}]','large','00000384-0000-4000-9000-000000000008',1793872809000,NULL,NULL,NULL,9,'{"parentUuid": "00000384-0000-4000-9000-000000000008", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000384-0000-4000-8000-000000000000", "version": "2.1.0", "type": "assistant", "message": {"role": "assistant", "content": [{"type": "text", "text": "Message 9 of session 900"}], "model": "large", "stop_reason": "end_turn"}, "uuid": "00000384-0000-4000-9000-000000000009", "timestamp": "2026-11-05T10:00:09.000Z"}',NULL,NULL,X'0001A1AB26CC2880010002611CD8E884A98BA4',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES(11,X'01A1B04D05008009A827CFBA21B0D499',X'0000000000008CCE8A1F4A36D88DB0CA','00000385-0000-4000-9000-000000000000','user','Message 0 of session 901','[{"text":"Message 0 of session 901","type":"text"}]',NULL,NULL,1793959200000,NULL,NULL,NULL,0,'{"parentUuid": null, "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000385-0000-4000-8000-000000000000", "version": "2.1.0", "type": "user", "message": {"role": "user", "content": [{"type": "text", "text": "Message 0 of session 901"}]}, "uuid": "00000385-0000-4000-9000-000000000000", "timestamp": "2026-11-06T10:00:00.000Z"}',NULL,NULL,X'0001A1B04D0500000100021F4ABDC1C4983918',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES(12,X'01A1B04D08E88B04981C344B9F10E587',X'0000000000008CCE8A1F4A36D88DB0CA','00000385-0000-4000-9000-000000000001','assistant','Message 1 of session 901','[{"text":"Message 1 of session 901","type":"text"}]','large','00000385-0000-4000-9000-000000000000',1793959201000,NULL,NULL,NULL,1,'{"parentUuid": "00000385-0000-4000-9000-000000000000", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000385-0000-4000-8000-000000000000", "version": "2.1.0", "type": "assistant", "message": {"role": "assistant", "content": [{"type": "text", "text": "Message 1 of session 901"}], "model": "large", "stop_reason": "end_turn"}, "uuid": "00000385-0000-4000-9000-000000000001", "timestamp": "2026-11-06T10:00:01.000Z"}',NULL,NULL,X'0001A1B04D08E8800100021D117A02FDDE455B',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES(13,X'01A1B04D0CD08C348E30F5B05273CB10',X'0000000000008CCE8A1F4A36D88DB0CA','00000385-0000-4000-9000-000000000002','user','Message 2 of session 901','[{"text":"Message 2 of session 901","type":"text"}]',NULL,'00000385-0000-4000-9000-000000000001',1793959202000,NULL,NULL,NULL,2,'{"parentUuid": "00000385-0000-4000-9000-000000000001", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000385-0000-4000-8000-000000000000", "version": "2.1.0", "type": "user", "message": {"role": "user", "content": [{"type": "text", "text": "Message 2 of session 901"}]}, "uuid": "00000385-0000-4000-9000-000000000002", "timestamp": "2026-11-06T10:00:02.000Z"}',NULL,NULL,X'0001A1B04D0CD000010002EAFA498733F900F4',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES(14,X'01A1B04D10B8888AAB954F09DD1BF650',X'0000000000008CCE8A1F4A36D88DB0CA','00000385-0000-4000-9000-000000000003','assistant','Message 3 of session 901','[{"text":"Message 3 of session 901","type":"text"}]','large','00000385-0000-4000-9000-000000000002',1793959203000,NULL,NULL,NULL,3,'{"parentUuid": "00000385-0000-4000-9000-000000000002", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000385-0000-4000-8000-000000000000", "version": "2.1.0", "type": "assistant", "message": {"role": "assistant", "content": [{"type": "text", "text": "Message 3 of session 901"}], "model": "large", "stop_reason": "end_turn"}, "uuid": "00000385-0000-4000-9000-000000000003", "timestamp": "2026-11-06T10:00:03.000Z"}',NULL,NULL,X'0001A1B04D10B880010002EF96BAB9EB01585B',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES(15,X'01A1B04D14A0868C93DD81FCFA832A91',X'0000000000008CCE8A1F4A36D88DB0CA','00000385-0000-4000-9000-000000000004','user','Message 4 of session 901','[{"text":"Message 4 of session 901","type":"text"}]',NULL,'00000385-0000-4000-9000-000000000003',1793959204000,NULL,NULL,NULL,4,'{"parentUuid": "00000385-0000-4000-9000-000000000003", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000385-0000-4000-8000-000000000000", "version": "2.1.0", "type": "user", "message": {"role": "user", "content": [{"type": "text", "text": "Message 4 of session 901"}]}, "uuid": "00000385-0000-4000-9000-000000000004", "timestamp": "2026-11-06T10:00:04.000Z"}',NULL,NULL,X'0001A1B04D14A0000100024A46A25869C50A2D',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES(16,X'01A1B04D188887BE87091D95A0F871EC',X'0000000000008CCE8A1F4A36D88DB0CA','00000385-0000-4000-9000-000000000005','assistant','Message 5 of session 901','[{"text":"Message 5 of session 901","type":"text"}]','large','00000385-0000-4000-9000-000000000004',1793959205000,NULL,NULL,NULL,5,'{"parentUuid": "00000385-0000-4000-9000-000000000004", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000385-0000-4000-8000-000000000000", "version": "2.1.0", "type": "assistant", "message": {"role": "assistant", "content": [{"type": "text", "text": "Message 5 of session 901"}], "model": "large", "stop_reason": "end_turn"}, "uuid": "00000385-0000-4000-9000-000000000005", "timestamp": "2026-11-06T10:00:05.000Z"}',NULL,NULL,X'0001A1B04D18888001000210DB546829912F3C',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES(17,X'01A1B04D1C708CB4BD2C71E6874AC2D7',X'0000000000008CCE8A1F4A36D88DB0CA','00000385-0000-4000-9000-000000000006','user','Message 6 of session 901','[{"text":"Message 6 of session 901","type":"text"}]',NULL,'00000385-0000-4000-9000-000000000005',1793959206000,NULL,NULL,NULL,6,'{"parentUuid": "00000385-0000-4000-9000-000000000005", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000385-0000-4000-8000-000000000000", "version": "2.1.0", "type": "user", "message": {"role": "user", "content": [{"type": "text", "text": "Message 6 of session 901"}]}, "uuid": "00000385-0000-4000-9000-000000000006", "timestamp": "2026-11-06T10:00:06.000Z"}',NULL,NULL,X'0001A1B04D1C70000100029C561AE3E1B3B5A8',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES(18,X'01A1B04D2058806095EB68B2CE43F11E',X'0000000000008CCE8A1F4A36D88DB0CA','00000385-0000-4000-9000-000000000007','assistant','Message 7 of session 901','[{"text":"Message 7 of session 901","type":"text"}]','large','00000385-0000-4000-9000-000000000006',1793959207000,NULL,NULL,NULL,7,'{"parentUuid": "00000385-0000-4000-9000-000000000006", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000385-0000-4000-8000-000000000000", "version": "2.1.0", "type": "assistant", "message": {"role": "assistant", "content": [{"type": "text", "text": "Message 7 of session 901"}], "model": "large", "stop_reason": "end_turn"}, "uuid": "00000385-0000-4000-9000-000000000007", "timestamp": "2026-11-06T10:00:07.000Z"}',NULL,NULL,X'0001A1B04D2058800100026BDBE397F78EEAAA',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES(19,X'01A1B04D24408C51949FAE1D8805A998',X'0000000000008CCE8A1F4A36D88DB0CA','00000385-0000-4000-9000-000000000008','user','Message 8 of session 901','[{"text":"Message 8 of session 901","type":"text"}]',NULL,'00000385-0000-4000-9000-000000000007',1793959208000,NULL,NULL,NULL,8,'{"parentUuid": "00000385-0000-4000-9000-000000000007", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000385-0000-4000-8000-000000000000", "version": "2.1.0", "type": "user", "message": {"role": "user", "content": [{"type": "text", "text": "Message 8 of session 901"}]}, "uuid": "00000385-0000-4000-9000-000000000008", "timestamp": "2026-11-06T10:00:08.000Z"}',NULL,NULL,X'0001A1B04D24400001000227C6759B83A34876',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES(20,X'01A1B04D28288319ABC74C9001672523',X'0000000000008CCE8A1F4A36D88DB0CA','00000385-0000-4000-9000-000000000009','assistant','Message 9 of session 901','[{"text":"Message 9 of session 901","type":"text"}]','large','00000385-0000-4000-9000-000000000008',1793959209000,NULL,NULL,NULL,9,'{"parentUuid": "00000385-0000-4000-9000-000000000008", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000385-0000-4000-8000-000000000000", "version": "2.1.0", "type": "assistant", "message": {"role": "assistant", "content": [{"type": "text", "text": "Message 9 of session 901"}], "model": "large", "stop_reason": "end_turn"}, "uuid": "00000385-0000-4000-9000-000000000009", "timestamp": "2026-11-06T10:00:09.000Z"}',NULL,NULL,X'0001A1B04D282880010002F3E803E1A3870BA9',NULL,NULL,0,0,0,0);
CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "meta" VALUES('audit.sighting','1795969595764');
INSERT INTO "meta" VALUES('clock.mine','101a228213c1a00000000461a5a1e7d8ad6dc');
INSERT INTO "meta" VALUES('device','461a5a1e');
INSERT INTO "meta" VALUES('import:claude-code:/tmp/pf/fix/6/home/.claude/projects/-work-engine/00000384-0000-4000-8000-000000000000.jsonl','{"reader":2,"offset":4211,"line":10,"hash":16240363548122005983,"edges":911205975407741275,"length":4211,"modified":1795969595689107768,"session":"00000384-0000-4000-8000-000000000000","done":{"totals":{"sessions":0,"messages":10,"roles":{"assistant":5,"user":5},"tool_calls":0,"records":{},"left_out":{}},"session":"00000384-0000-4000-8000-000000000000","skipped":[],"incomplete_tail":false,"titles":[]}}');
INSERT INTO "meta" VALUES('import:claude-code:/tmp/pf/fix/6/home/.claude/projects/-work-engine/00000385-0000-4000-8000-000000000000.jsonl','{"reader":2,"offset":4211,"line":10,"hash":13038925804985924352,"edges":4357169338861071580,"length":4211,"modified":1795969595693322896,"session":"00000385-0000-4000-8000-000000000000","done":{"totals":{"sessions":0,"messages":10,"roles":{"assistant":5,"user":5},"tool_calls":0,"records":{},"left_out":{}},"session":"00000385-0000-4000-8000-000000000000","skipped":[],"incomplete_tail":false,"titles":[]}}');
INSERT INTO "meta" VALUES('sqlite.generation','1');
INSERT INTO "meta" VALUES('sqlite.layout','{"aliases":{"number":1,"columns":[{"field":"entity","column":"entity","kind":"text","local":false,"indexed":false},{"field":"low","column":"low","kind":"text","local":false,"indexed":true},{"field":"high","column":"high","kind":"text","local":false,"indexed":true}],"key":[]},"comments":{"number":6,"columns":[{"field":"session","column":"session","kind":"ref","local":false,"indexed":true},{"field":"message","column":"message","kind":"ref","local":false,"indexed":true},{"field":"body","column":"body","kind":"text","local":false,"indexed":false},{"field":"author","column":"author","kind":"text","local":false,"indexed":false},{"field":"resolved_at","column":"resolved_at","kind":"int","local":false,"indexed":false}],"key":[]},"inbox":{"number":4,"columns":[{"field":"kind","column":"kind","kind":"text","local":false,"indexed":false},{"field":"title","column":"title","kind":"text","local":false,"indexed":false},{"field":"body","column":"body","kind":"text","local":false,"indexed":false},{"field":"session","column":"session","kind":"ref","local":false,"indexed":true},{"field":"about","column":"about","kind":"text","local":false,"indexed":false},{"field":"read_at","column":"read_at","kind":"int","local":false,"indexed":false},{"field":"archived_at","column":"archived_at","kind":"int","local":false,"indexed":false}],"key":[]},"messages":{"number":5,"columns":[{"field":"session","column":"session","kind":"ref","local":false,"indexed":true,"listed_by":"created_at"},{"field":"external_id","column":"external_id","kind":"text","local":false,"indexed":true},{"field":"role","column":"role","kind":"text","local":false,"indexed":false},{"field":"text","column":"text","kind":"text","local":false,"indexed":false},{"field":"blocks","column":"blocks","kind":"json","local":false,"indexed":false},{"field":"model","column":"model","kind":"text","local":false,"indexed":false},{"field":"parent","column":"parent","kind":"text","local":false,"indexed":false},{"field":"created_at","column":"created_at","kind":"int","local":false,"indexed":false},{"field":"agent","column":"agent","kind":"text","local":false,"indexed":false},{"field":"usage","column":"usage","kind":"json","local":false,"indexed":false},{"field":"prompt","column":"prompt","kind":"bool","local":false,"indexed":false},{"field":"position","column":"position","kind":"int","local":true,"indexed":false},{"field":"raw","column":"raw","kind":"text","local":true,"indexed":false}],"key":[]},"sessions":{"number":3,"columns":[{"field":"name","column":"name","kind":"text","local":false,"indexed":false},{"field":"cwd","column":"cwd","kind":"text","local":false,"indexed":false},{"field":"external_id","column":"external_id","kind":"text","local":false,"indexed":false},{"field":"workspace","column":"workspace","kind":"ref","local":false,"indexed":true},{"field":"source","column":"source","kind":"text","local":false,"indexed":false},{"field":"model","column":"model","kind":"text","local":false,"indexed":false},{"field":"status","column":"status","kind":"text","local":false,"indexed":false},{"field":"pinned","column":"pinned","kind":"bool","local":false,"indexed":false},{"field":"archived","column":"archived","kind":"bool","local":false,"indexed":false},{"field":"git_branch","column":"git_branch","kind":"text","local":false,"indexed":false},{"field":"started_at","column":"started_at","kind":"int","local":false,"indexed":false},{"field":"note","column":"note","kind":"text","local":false,"indexed":false},{"field":"read_at","column":"read_at","kind":"int","local":false,"indexed":false}],"key":["name","cwd","external_id"]},"workspaces":{"number":2,"columns":[{"field":"path","column":"path","kind":"text","local":false,"indexed":false},{"field":"name","column":"name","kind":"text","local":false,"indexed":false},{"field":"git_remote","column":"git_remote","kind":"text","local":false,"indexed":false},{"field":"pinned","column":"pinned","kind":"bool","local":false,"indexed":false},{"field":"archived","column":"archived","kind":"bool","local":false,"indexed":false},{"field":"here","column":"here","kind":"text","local":true,"indexed":false}],"key":["path"]}}');
INSERT INTO "meta" VALUES('sqlite.queued','29');
INSERT INTO "meta" VALUES('sqlite.role','device');
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
CREATE TABLE "sessions" ("row.number" INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, "name" TEXT, "cwd" TEXT, "external_id" TEXT, "workspace" BLOB, "source" TEXT, "model" TEXT, "status" TEXT, "pinned" INTEGER, "archived" INTEGER, "git_branch" TEXT, "started_at" INTEGER, "note" TEXT, "read_at" INTEGER, deleted_at INTEGER, natural_key TEXT, stamp BLOB, stamps TEXT, extra TEXT, seq INTEGER NOT NULL DEFAULT 0, born INTEGER NOT NULL DEFAULT 0, hash INTEGER NOT NULL DEFAULT 0, acked INTEGER NOT NULL DEFAULT 0);
INSERT INTO "sessions" VALUES(1,X'0000000000008427818E16D6B1AB4148','Message 0 of session 900','/src/engine','00000384-0000-4000-8000-000000000000',X'0000000000008F4381391985D4D6F3DE','claude-code','large',NULL,NULL,NULL,NULL,1793872800000,NULL,NULL,NULL,'["Message 0 of session 900","/src/engine","00000384-0000-4000-8000-000000000000"]',X'00005E54D956FF00000002AC971532F7A242DA','{"external_id":"000000000000000000000e4ef768ebad74353","model":"003a1ab26cc28000000027c88da0d7721a813","name":"0025e54d956ff00000000acafd38d443304db","source":"000000000000000000000e4ef768ebad74353"}',NULL,0,0,0,0);
INSERT INTO "sessions" VALUES(2,X'0000000000008CCE8A1F4A36D88DB0CA','Named long ago','/src/engine','00000385-0000-4000-8000-000000000000',X'0000000000008F4381391985D4D6F3DE','claude-code','large',NULL,NULL,NULL,NULL,1793959200000,NULL,NULL,NULL,'["Named long ago","/src/engine","00000385-0000-4000-8000-000000000000"]',X'00005E4FB2FAFF00000002624F2962E9E1EB8B','{"external_id":"000000000000000000000fe7d2fc504496cf0","model":"003a1b04d2828000000027c88da0d7721a813","name":"101a228213c1a00000000461a5a1e7d8ad6dc","source":"000000000000000000000fe7d2fc504496cf0"}',NULL,0,0,0,0);
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
INSERT INTO "sync_queue" VALUES(562949953421313,'workspaces',X'0000000000008F4381391985D4D6F3DE','create','{"name":false,"path":false}',1795969595767,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(844424930131969,'sessions',X'0000000000008427818E16D6B1AB4148','create','{"cwd":false,"external_id":false,"model":false,"name":false,"source":false,"started_at":false,"workspace":false}',1795969595767,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(844424930131970,'sessions',X'0000000000008CCE8A1F4A36D88DB0CA','create','{"cwd":false,"external_id":false,"model":false,"name":false,"source":false,"started_at":false,"workspace":false}',1795969595794,0,NULL,2,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1125899906842625,'inbox',X'01A2282139D27ADCB2C75725E4139342','create','{"body":false,"title":false}',1795969595858,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1125899906842626,'inbox',X'01A228213A137A15B9F818CBFF22190D','create','{"body":false,"title":false}',1795969595923,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1125899906842627,'inbox',X'01A228213A67707DB452E694BE374554','create','{"body":false,"title":false}',1795969596007,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1125899906842628,'inbox',X'01A228213AA374B8B2A1238C74BF2FCD','create','{"body":false,"title":false}',1795969596067,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1125899906842629,'inbox',X'01A228213AD3763789899A80917478EC','create','{"body":false,"title":false}',1795969596115,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1125899906842630,'inbox',X'01A228213B11791AB9C7834795034768','create','{"body":false,"title":false}',1795969596177,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1407374883553281,'messages',X'01A1AB26A90087F289D9BA41D0614B64','create','{"blocks":false,"created_at":false,"external_id":false,"role":false,"session":false,"text":false}',1795969595767,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1407374883553282,'messages',X'01A1AB26ACE8899894D9C5B482120F7C','create','{"blocks":false,"created_at":false,"external_id":false,"model":false,"parent":false,"role":false,"session":false,"text":false}',1795969595767,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1407374883553283,'messages',X'01A1AB26B0D08616916C3345823D1C97','create','{"blocks":false,"created_at":false,"external_id":false,"parent":false,"role":false,"session":false,"text":false}',1795969595767,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1407374883553284,'messages',X'01A1AB26B4B88189AF1ED53A5879A045','create','{"blocks":false,"created_at":false,"external_id":false,"model":false,"parent":false,"role":false,"session":false,"text":false}',1795969595767,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1407374883553285,'messages',X'01A1AB26B8A086278F651712BB14FB85','create','{"blocks":false,"created_at":false,"external_id":false,"parent":false,"role":false,"session":false,"text":false}',1795969595767,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1407374883553286,'messages',X'01A1AB26BC888BF7A5631567ED1E14C5','create','{"blocks":false,"created_at":false,"external_id":false,"model":false,"parent":false,"role":false,"session":false,"text":false}',1795969595767,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1407374883553287,'messages',X'01A1AB26C0708F909C6F33E5FBABEE49','create','{"blocks":false,"created_at":false,"external_id":false,"parent":false,"role":false,"session":false,"text":false}',1795969595767,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1407374883553288,'messages',X'01A1AB26C45888D8957622610E827593','create','{"blocks":false,"created_at":false,"external_id":false,"model":false,"parent":false,"role":false,"session":false,"text":false}',1795969595767,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1407374883553289,'messages',X'01A1AB26C8408C569263FE4A62117E6C','create','{"blocks":false,"created_at":false,"external_id":false,"parent":false,"role":false,"session":false,"text":false}',1795969595767,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1407374883553290,'messages',X'01A1AB26CC288048BE1C232681CF8B99','create','{"blocks":false,"created_at":false,"external_id":false,"model":false,"parent":false,"role":false,"session":false,"text":false}',1795969595767,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1407374883553291,'messages',X'01A1B04D05008009A827CFBA21B0D499','create','{"blocks":false,"created_at":false,"external_id":false,"role":false,"session":false,"text":false}',1795969595794,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1407374883553292,'messages',X'01A1B04D08E88B04981C344B9F10E587','create','{"blocks":false,"created_at":false,"external_id":false,"model":false,"parent":false,"role":false,"session":false,"text":false}',1795969595794,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1407374883553293,'messages',X'01A1B04D0CD08C348E30F5B05273CB10','create','{"blocks":false,"created_at":false,"external_id":false,"parent":false,"role":false,"session":false,"text":false}',1795969595794,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1407374883553294,'messages',X'01A1B04D10B8888AAB954F09DD1BF650','create','{"blocks":false,"created_at":false,"external_id":false,"model":false,"parent":false,"role":false,"session":false,"text":false}',1795969595794,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1407374883553295,'messages',X'01A1B04D14A0868C93DD81FCFA832A91','create','{"blocks":false,"created_at":false,"external_id":false,"parent":false,"role":false,"session":false,"text":false}',1795969595794,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1407374883553296,'messages',X'01A1B04D188887BE87091D95A0F871EC','create','{"blocks":false,"created_at":false,"external_id":false,"model":false,"parent":false,"role":false,"session":false,"text":false}',1795969595794,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1407374883553297,'messages',X'01A1B04D1C708CB4BD2C71E6874AC2D7','create','{"blocks":false,"created_at":false,"external_id":false,"parent":false,"role":false,"session":false,"text":false}',1795969595794,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1407374883553298,'messages',X'01A1B04D2058806095EB68B2CE43F11E','create','{"blocks":false,"created_at":false,"external_id":false,"model":false,"parent":false,"role":false,"session":false,"text":false}',1795969595794,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1407374883553299,'messages',X'01A1B04D24408C51949FAE1D8805A998','create','{"blocks":false,"created_at":false,"external_id":false,"parent":false,"role":false,"session":false,"text":false}',1795969595794,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(1407374883553300,'messages',X'01A1B04D28288319ABC74C9001672523','create','{"blocks":false,"created_at":false,"external_id":false,"model":false,"parent":false,"role":false,"session":false,"text":false}',1795969595794,0,NULL,1,NULL,NULL,0,0);
CREATE TABLE "workspaces" ("row.number" INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, "path" TEXT, "name" TEXT, "git_remote" TEXT, "pinned" INTEGER, "archived" INTEGER, "here" TEXT, deleted_at INTEGER, natural_key TEXT, stamp BLOB, stamps TEXT, extra TEXT, seq INTEGER NOT NULL DEFAULT 0, born INTEGER NOT NULL DEFAULT 0, hash INTEGER NOT NULL DEFAULT 0, acked INTEGER NOT NULL DEFAULT 0);
INSERT INTO "workspaces" VALUES(1,X'0000000000008F4381391985D4D6F3DE','/src/engine','engine',NULL,NULL,NULL,'/src/engine',NULL,'["/src/engine"]',X'0000000000000000000000FF5A8EC81A9C124E',NULL,NULL,0,0,0,0);
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
CREATE INDEX "workspaces.seq" ON "workspaces" (seq, id) WHERE seq > 0;
CREATE INDEX "workspaces.key" ON "workspaces" (natural_key, id) WHERE natural_key IS NOT NULL;
CREATE VIEW "workspaces_sync" AS SELECT lower(substr(hex(t.id), 1, 8) || '-' || substr(hex(t.id), 9, 4) || '-' || substr(hex(t.id), 13, 4) || '-' || substr(hex(t.id), 17, 4) || '-' || substr(hex(t.id), 21, 12)) AS id, t."path" AS "path", t."name" AS "name", t."git_remote" AS "git_remote", t."pinned" AS "pinned", t."archived" AS "archived", t."here" AS "here", CASE WHEN t.acked THEN lower(substr(hex(t.id), 1, 8) || '-' || substr(hex(t.id), 9, 4) || '-' || substr(hex(t.id), 13, 4) || '-' || substr(hex(t.id), 17, 4) || '-' || substr(hex(t.id), 21, 12)) END AS remote_id,
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
FROM "workspaces" AS t
LEFT JOIN sync_queue AS q ON q.id = 562949953421312 + t."row.number";
CREATE INDEX "sessions.by.workspace" ON "sessions" ("workspace", id);
CREATE INDEX "sessions.seq" ON "sessions" (seq, id) WHERE seq > 0;
CREATE INDEX "sessions.key" ON "sessions" (natural_key, id) WHERE natural_key IS NOT NULL;
CREATE VIEW "sessions_sync" AS SELECT lower(substr(hex(t.id), 1, 8) || '-' || substr(hex(t.id), 9, 4) || '-' || substr(hex(t.id), 13, 4) || '-' || substr(hex(t.id), 17, 4) || '-' || substr(hex(t.id), 21, 12)) AS id, t."name" AS "name", t."cwd" AS "cwd", t."external_id" AS "external_id", lower(substr(hex(t."workspace"), 1, 8) || '-' || substr(hex(t."workspace"), 9, 4) || '-' || substr(hex(t."workspace"), 13, 4) || '-' || substr(hex(t."workspace"), 17, 4) || '-' || substr(hex(t."workspace"), 21, 12)) AS "workspace", t."source" AS "source", t."model" AS "model", t."status" AS "status", t."pinned" AS "pinned", t."archived" AS "archived", t."git_branch" AS "git_branch", t."started_at" AS "started_at", t."note" AS "note", t."read_at" AS "read_at", CASE WHEN t.acked THEN lower(substr(hex(t.id), 1, 8) || '-' || substr(hex(t.id), 9, 4) || '-' || substr(hex(t.id), 13, 4) || '-' || substr(hex(t.id), 17, 4) || '-' || substr(hex(t.id), 21, 12)) END AS remote_id,
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
FROM "sessions" AS t
LEFT JOIN sync_queue AS q ON q.id = 844424930131968 + t."row.number";
CREATE INDEX "inbox.by.session" ON "inbox" ("session", id);
CREATE INDEX "inbox.seq" ON "inbox" (seq, id) WHERE seq > 0;
CREATE INDEX "inbox.key" ON "inbox" (natural_key, id) WHERE natural_key IS NOT NULL;
CREATE VIEW "inbox_sync" AS SELECT lower(substr(hex(t.id), 1, 8) || '-' || substr(hex(t.id), 9, 4) || '-' || substr(hex(t.id), 13, 4) || '-' || substr(hex(t.id), 17, 4) || '-' || substr(hex(t.id), 21, 12)) AS id, t."kind" AS "kind", t."title" AS "title", t."body" AS "body", lower(substr(hex(t."session"), 1, 8) || '-' || substr(hex(t."session"), 9, 4) || '-' || substr(hex(t."session"), 13, 4) || '-' || substr(hex(t."session"), 17, 4) || '-' || substr(hex(t."session"), 21, 12)) AS "session", t."about" AS "about", t."read_at" AS "read_at", t."archived_at" AS "archived_at", CASE WHEN t.acked THEN lower(substr(hex(t.id), 1, 8) || '-' || substr(hex(t.id), 9, 4) || '-' || substr(hex(t.id), 13, 4) || '-' || substr(hex(t.id), 17, 4) || '-' || substr(hex(t.id), 21, 12)) END AS remote_id,
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
FROM "inbox" AS t
LEFT JOIN sync_queue AS q ON q.id = 1125899906842624 + t."row.number";
CREATE INDEX "messages.by.session.created_at" ON "messages" ("session", "created_at", id);
CREATE INDEX "messages.by.external_id" ON "messages" ("external_id", id);
CREATE INDEX "messages.seq" ON "messages" (seq, id) WHERE seq > 0;
CREATE INDEX "messages.key" ON "messages" (natural_key, id) WHERE natural_key IS NOT NULL;
CREATE VIEW "messages_sync" AS SELECT lower(substr(hex(t.id), 1, 8) || '-' || substr(hex(t.id), 9, 4) || '-' || substr(hex(t.id), 13, 4) || '-' || substr(hex(t.id), 17, 4) || '-' || substr(hex(t.id), 21, 12)) AS id, lower(substr(hex(t."session"), 1, 8) || '-' || substr(hex(t."session"), 9, 4) || '-' || substr(hex(t."session"), 13, 4) || '-' || substr(hex(t."session"), 17, 4) || '-' || substr(hex(t."session"), 21, 12)) AS "session", t."external_id" AS "external_id", t."role" AS "role", t."text" AS "text", t."blocks" AS "blocks", t."model" AS "model", t."parent" AS "parent", t."created_at" AS "created_at", t."agent" AS "agent", t."usage" AS "usage", t."prompt" AS "prompt", t."position" AS "position", t."raw" AS "raw", CASE WHEN t.acked THEN lower(substr(hex(t.id), 1, 8) || '-' || substr(hex(t.id), 9, 4) || '-' || substr(hex(t.id), 13, 4) || '-' || substr(hex(t.id), 17, 4) || '-' || substr(hex(t.id), 21, 12)) END AS remote_id,
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
FROM "messages" AS t
LEFT JOIN sync_queue AS q ON q.id = 1407374883553280 + t."row.number";
CREATE INDEX "comments.by.session" ON "comments" ("session", id);
CREATE INDEX "comments.by.message" ON "comments" ("message", id);
CREATE INDEX "comments.seq" ON "comments" (seq, id) WHERE seq > 0;
CREATE INDEX "comments.key" ON "comments" (natural_key, id) WHERE natural_key IS NOT NULL;
CREATE VIEW "comments_sync" AS SELECT lower(substr(hex(t.id), 1, 8) || '-' || substr(hex(t.id), 9, 4) || '-' || substr(hex(t.id), 13, 4) || '-' || substr(hex(t.id), 17, 4) || '-' || substr(hex(t.id), 21, 12)) AS id, lower(substr(hex(t."session"), 1, 8) || '-' || substr(hex(t."session"), 9, 4) || '-' || substr(hex(t."session"), 13, 4) || '-' || substr(hex(t."session"), 17, 4) || '-' || substr(hex(t."session"), 21, 12)) AS "session", lower(substr(hex(t."message"), 1, 8) || '-' || substr(hex(t."message"), 9, 4) || '-' || substr(hex(t."message"), 13, 4) || '-' || substr(hex(t."message"), 17, 4) || '-' || substr(hex(t."message"), 21, 12)) AS "message", t."body" AS "body", t."author" AS "author", t."resolved_at" AS "resolved_at", CASE WHEN t.acked THEN lower(substr(hex(t.id), 1, 8) || '-' || substr(hex(t.id), 9, 4) || '-' || substr(hex(t.id), 13, 4) || '-' || substr(hex(t.id), 17, 4) || '-' || substr(hex(t.id), 21, 12)) END AS remote_id,
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
FROM "comments" AS t
LEFT JOIN sync_queue AS q ON q.id = 1688849860263936 + t."row.number";
CREATE INDEX "aliases.deleted" ON "aliases" (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX "comments.deleted" ON "comments" (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX "inbox.deleted" ON "inbox" (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX "messages.deleted" ON "messages" (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX "sessions.deleted" ON "sessions" (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX "workspaces.deleted" ON "workspaces" (deleted_at, id) WHERE deleted_at IS NOT NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('audit_log',1);
COMMIT;

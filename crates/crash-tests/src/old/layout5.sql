PRAGMA application_id = 1148348774;
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
INSERT INTO "audit_log" VALUES(1,1795970319357,'history','sessions','00000000-0000-8cce-8a1f-4a36d88db0ca','name','"Named long ago"','101a2282c43fd0000000017f411b8e54eb082','"Message 0 of session 901"','0025e4fb2faff00000000d0677f6a8807744f','edited here');
CREATE TABLE changes (
    revision INTEGER PRIMARY KEY NOT NULL,
    entity TEXT NOT NULL,
    id TEXT NOT NULL
);
INSERT INTO "changes" VALUES(1,'workspaces','00000000-0000-8f43-8139-1985d4d6f3de');
INSERT INTO "changes" VALUES(2,'sessions','00000000-0000-8427-818e-16d6b1ab4148');
INSERT INTO "changes" VALUES(3,'messages','01a1ab26-a900-87f2-89d9-ba41d0614b64');
INSERT INTO "changes" VALUES(4,'messages','01a1ab26-ace8-8998-94d9-c5b482120f7c');
INSERT INTO "changes" VALUES(5,'messages','01a1ab26-b0d0-8616-916c-3345823d1c97');
INSERT INTO "changes" VALUES(6,'messages','01a1ab26-b4b8-8189-af1e-d53a5879a045');
INSERT INTO "changes" VALUES(7,'messages','01a1ab26-b8a0-8627-8f65-1712bb14fb85');
INSERT INTO "changes" VALUES(8,'messages','01a1ab26-bc88-8bf7-a563-1567ed1e14c5');
INSERT INTO "changes" VALUES(9,'messages','01a1ab26-c070-8f90-9c6f-33e5fbabee49');
INSERT INTO "changes" VALUES(10,'messages','01a1ab26-c458-88d8-9576-22610e827593');
INSERT INTO "changes" VALUES(11,'messages','01a1ab26-c840-8c56-9263-fe4a62117e6c');
INSERT INTO "changes" VALUES(12,'messages','01a1ab26-cc28-8048-be1c-232681cf8b99');
INSERT INTO "changes" VALUES(13,'sessions','00000000-0000-8cce-8a1f-4a36d88db0ca');
INSERT INTO "changes" VALUES(14,'messages','01a1b04d-0500-8009-a827-cfba21b0d499');
INSERT INTO "changes" VALUES(15,'messages','01a1b04d-08e8-8b04-981c-344b9f10e587');
INSERT INTO "changes" VALUES(16,'messages','01a1b04d-0cd0-8c34-8e30-f5b05273cb10');
INSERT INTO "changes" VALUES(17,'messages','01a1b04d-10b8-888a-ab95-4f09dd1bf650');
INSERT INTO "changes" VALUES(18,'messages','01a1b04d-14a0-868c-93dd-81fcfa832a91');
INSERT INTO "changes" VALUES(19,'messages','01a1b04d-1888-87be-8709-1d95a0f871ec');
INSERT INTO "changes" VALUES(20,'messages','01a1b04d-1c70-8cb4-bd2c-71e6874ac2d7');
INSERT INTO "changes" VALUES(21,'messages','01a1b04d-2058-8060-95eb-68b2ce43f11e');
INSERT INTO "changes" VALUES(22,'messages','01a1b04d-2440-8c51-949f-ae1d8805a998');
INSERT INTO "changes" VALUES(23,'messages','01a1b04d-2828-8319-abc7-4c9001672523');
INSERT INTO "changes" VALUES(24,'inbox','01a2282c-426a-7ce1-8b1f-76c27a7fe3a5');
INSERT INTO "changes" VALUES(25,'inbox','01a2282c-42ba-7d97-adf9-06510a098697');
INSERT INTO "changes" VALUES(26,'inbox','01a2282c-42e5-7549-b728-2950347e04d5');
INSERT INTO "changes" VALUES(27,'inbox','01a2282c-430f-71ef-abb4-7d2da32c8fb6');
INSERT INTO "changes" VALUES(28,'inbox','01a2282c-433f-7b91-a576-8d0d76795117');
INSERT INTO "changes" VALUES(29,'inbox','01a2282c-436b-7032-b844-ac05b9a92bea');
INSERT INTO "changes" VALUES(30,'sessions','00000000-0000-8cce-8a1f-4a36d88db0ca');
CREATE TABLE "comments" (id TEXT PRIMARY KEY NOT NULL, "session" TEXT, "message" TEXT, "body" TEXT, "author" TEXT, "resolved_at" INTEGER, deleted_at INTEGER, natural_key TEXT, stamp TEXT, stamps TEXT, extra TEXT, seq INTEGER NOT NULL DEFAULT 0, born INTEGER NOT NULL DEFAULT 0, hash INTEGER NOT NULL DEFAULT 0, acked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE "inbox" (id TEXT PRIMARY KEY NOT NULL, "kind" TEXT, "title" TEXT, "body" TEXT, "session" TEXT, "about" TEXT, "read_at" INTEGER, "archived_at" INTEGER, deleted_at INTEGER, natural_key TEXT, stamp TEXT, stamps TEXT, extra TEXT, seq INTEGER NOT NULL DEFAULT 0, born INTEGER NOT NULL DEFAULT 0, hash INTEGER NOT NULL DEFAULT 0, acked INTEGER NOT NULL DEFAULT 0);
INSERT INTO "inbox" VALUES('01a2282c-426a-7ce1-8b1f-76c27a7fe3a5',NULL,'old 5 0','body 0',NULL,NULL,NULL,NULL,NULL,NULL,'101a2282c426a0000000017f411b8c82b00d6',NULL,NULL,0,0,0,0);
INSERT INTO "inbox" VALUES('01a2282c-42ba-7d97-adf9-06510a098697',NULL,'old 5 1','body 1',NULL,NULL,NULL,NULL,NULL,NULL,'101a2282c42ba0000000017f411b803b0e8b5',NULL,NULL,0,0,0,0);
INSERT INTO "inbox" VALUES('01a2282c-42e5-7549-b728-2950347e04d5',NULL,'old 5 2','body 2',NULL,NULL,NULL,NULL,NULL,NULL,'101a2282c42e50000000017f411b80b2e2a2d',NULL,NULL,0,0,0,0);
INSERT INTO "inbox" VALUES('01a2282c-430f-71ef-abb4-7d2da32c8fb6',NULL,'old 5 3','body 3',NULL,NULL,NULL,NULL,NULL,NULL,'101a2282c430f0000000017f411b81b93ab31',NULL,NULL,0,0,0,0);
INSERT INTO "inbox" VALUES('01a2282c-433f-7b91-a576-8d0d76795117',NULL,'old 5 4','body 4',NULL,NULL,NULL,NULL,NULL,NULL,'101a2282c433f0000000017f411b803a7ec49',NULL,NULL,0,0,0,0);
INSERT INTO "inbox" VALUES('01a2282c-436b-7032-b844-ac05b9a92bea',NULL,'old 5 5','body 5',NULL,NULL,NULL,NULL,NULL,NULL,'101a2282c436b0000000017f411b8122031b4',NULL,NULL,0,0,0,0);
CREATE TABLE "messages" (id TEXT PRIMARY KEY NOT NULL, "session" TEXT, "external_id" TEXT, "role" TEXT, "text" TEXT, "blocks" TEXT, "model" TEXT, "parent" TEXT, "created_at" INTEGER, "agent" TEXT, "usage" TEXT, "prompt" INTEGER, "position" INTEGER, "raw" TEXT, deleted_at INTEGER, natural_key TEXT, stamp TEXT, stamps TEXT, extra TEXT, seq INTEGER NOT NULL DEFAULT 0, born INTEGER NOT NULL DEFAULT 0, hash INTEGER NOT NULL DEFAULT 0, acked INTEGER NOT NULL DEFAULT 0);
INSERT INTO "messages" VALUES('01a1ab26-a900-87f2-89d9-ba41d0614b64','00000000-0000-8427-818e-16d6b1ab4148','00000384-0000-4000-9000-000000000000','user','Message 0 of session 900','[{"text":"Message 0 of session 900","type":"text"}]',NULL,NULL,1793872800000,NULL,NULL,NULL,0,'{"parentUuid": null, "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000384-0000-4000-8000-000000000000", "version": "2.1.0", "type": "user", "message": {"role": "user", "content": [{"type": "text", "text": "Message 0 of session 900"}]}, "uuid": "00000384-0000-4000-9000-000000000000", "timestamp": "2026-11-05T10:00:00.000Z"}',NULL,NULL,'001a1ab26a90000010002a2238d3abca87dda',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES('01a1ab26-ace8-8998-94d9-c5b482120f7c','00000000-0000-8427-818e-16d6b1ab4148','00000384-0000-4000-9000-000000000001','assistant','Message 1 of session 900','[{"text":"Message 1 of session 900","type":"text"}]','large','00000384-0000-4000-9000-000000000000',1793872801000,NULL,NULL,NULL,1,'{"parentUuid": "00000384-0000-4000-9000-000000000000", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000384-0000-4000-8000-000000000000", "version": "2.1.0", "type": "assistant", "message": {"role": "assistant", "content": [{"type": "text", "text": "Message 1 of session 900"}], "model": "large", "stop_reason": "end_turn"}, "uuid": "00000384-0000-4000-9000-000000000001", "timestamp": "2026-11-05T10:00:01.000Z"}',NULL,NULL,'001a1ab26ace8800100025928c766194c4a68',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES('01a1ab26-b0d0-8616-916c-3345823d1c97','00000000-0000-8427-818e-16d6b1ab4148','00000384-0000-4000-9000-000000000002','user','Message 2 of session 900','[{"text":"Message 2 of session 900","type":"text"}]',NULL,'00000384-0000-4000-9000-000000000001',1793872802000,NULL,NULL,NULL,2,'{"parentUuid": "00000384-0000-4000-9000-000000000001", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000384-0000-4000-8000-000000000000", "version": "2.1.0", "type": "user", "message": {"role": "user", "content": [{"type": "text", "text": "Message 2 of session 900"}]}, "uuid": "00000384-0000-4000-9000-000000000002", "timestamp": "2026-11-05T10:00:02.000Z"}',NULL,NULL,'001a1ab26b0d000010002825d74d3e062103e',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES('01a1ab26-b4b8-8189-af1e-d53a5879a045','00000000-0000-8427-818e-16d6b1ab4148','00000384-0000-4000-9000-000000000003','assistant','Message 3 of session 900','[{"text":"Message 3 of session 900","type":"text"}]','large','00000384-0000-4000-9000-000000000002',1793872803000,NULL,NULL,NULL,3,'{"parentUuid": "00000384-0000-4000-9000-000000000002", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000384-0000-4000-8000-000000000000", "version": "2.1.0", "type": "assistant", "message": {"role": "assistant", "content": [{"type": "text", "text": "Message 3 of session 900"}], "model": "large", "stop_reason": "end_turn"}, "uuid": "00000384-0000-4000-9000-000000000003", "timestamp": "2026-11-05T10:00:03.000Z"}',NULL,NULL,'001a1ab26b4b88001000265c2e51fce954729',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES('01a1ab26-b8a0-8627-8f65-1712bb14fb85','00000000-0000-8427-818e-16d6b1ab4148','00000384-0000-4000-9000-000000000004','user','Message 4 of session 900','[{"text":"Message 4 of session 900","type":"text"}]',NULL,'00000384-0000-4000-9000-000000000003',1793872804000,NULL,NULL,NULL,4,'{"parentUuid": "00000384-0000-4000-9000-000000000003", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000384-0000-4000-8000-000000000000", "version": "2.1.0", "type": "user", "message": {"role": "user", "content": [{"type": "text", "text": "Message 4 of session 900"}]}, "uuid": "00000384-0000-4000-9000-000000000004", "timestamp": "2026-11-05T10:00:04.000Z"}',NULL,NULL,'001a1ab26b8a000010002a40483ebec179752',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES('01a1ab26-bc88-8bf7-a563-1567ed1e14c5','00000000-0000-8427-818e-16d6b1ab4148','00000384-0000-4000-9000-000000000005','assistant','Message 5 of session 900','[{"text":"Message 5 of session 900","type":"text"}]','large','00000384-0000-4000-9000-000000000004',1793872805000,NULL,NULL,NULL,5,'{"parentUuid": "00000384-0000-4000-9000-000000000004", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000384-0000-4000-8000-000000000000", "version": "2.1.0", "type": "assistant", "message": {"role": "assistant", "content": [{"type": "text", "text": "Message 5 of session 900"}], "model": "large", "stop_reason": "end_turn"}, "uuid": "00000384-0000-4000-9000-000000000005", "timestamp": "2026-11-05T10:00:05.000Z"}',NULL,NULL,'001a1ab26bc8880010002ebb28dd8b8006507',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES('01a1ab26-c070-8f90-9c6f-33e5fbabee49','00000000-0000-8427-818e-16d6b1ab4148','00000384-0000-4000-9000-000000000006','user','Message 6 of session 900','[{"text":"Message 6 of session 900","type":"text"}]',NULL,'00000384-0000-4000-9000-000000000005',1793872806000,NULL,NULL,NULL,6,'{"parentUuid": "00000384-0000-4000-9000-000000000005", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000384-0000-4000-8000-000000000000", "version": "2.1.0", "type": "user", "message": {"role": "user", "content": [{"type": "text", "text": "Message 6 of session 900"}]}, "uuid": "00000384-0000-4000-9000-000000000006", "timestamp": "2026-11-05T10:00:06.000Z"}',NULL,NULL,'001a1ab26c07000010002ffd82db0f13e6088',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES('01a1ab26-c458-88d8-9576-22610e827593','00000000-0000-8427-818e-16d6b1ab4148','00000384-0000-4000-9000-000000000007','assistant','Message 7 of session 900','[{"text":"Message 7 of session 900","type":"text"}]','large','00000384-0000-4000-9000-000000000006',1793872807000,NULL,NULL,NULL,7,'{"parentUuid": "00000384-0000-4000-9000-000000000006", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000384-0000-4000-8000-000000000000", "version": "2.1.0", "type": "assistant", "message": {"role": "assistant", "content": [{"type": "text", "text": "Message 7 of session 900"}], "model": "large", "stop_reason": "end_turn"}, "uuid": "00000384-0000-4000-9000-000000000007", "timestamp": "2026-11-05T10:00:07.000Z"}',NULL,NULL,'001a1ab26c458800100027f96f55015a8da93',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES('01a1ab26-c840-8c56-9263-fe4a62117e6c','00000000-0000-8427-818e-16d6b1ab4148','00000384-0000-4000-9000-000000000008','user','Message 8 of session 900','[{"text":"Message 8 of session 900","type":"text"}]',NULL,'00000384-0000-4000-9000-000000000007',1793872808000,NULL,NULL,NULL,8,'{"parentUuid": "00000384-0000-4000-9000-000000000007", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000384-0000-4000-8000-000000000000", "version": "2.1.0", "type": "user", "message": {"role": "user", "content": [{"type": "text", "text": "Message 8 of session 900"}]}, "uuid": "00000384-0000-4000-9000-000000000008", "timestamp": "2026-11-05T10:00:08.000Z"}',NULL,NULL,'001a1ab26c84000010002877bca043d2b9b29',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES('01a1ab26-cc28-8048-be1c-232681cf8b99','00000000-0000-8427-818e-16d6b1ab4148','00000384-0000-4000-9000-000000000009','assistant','Message 9 of session 900','[{"text":"Message 9 of session 900","type":"text"}]','large','00000384-0000-4000-9000-000000000008',1793872809000,NULL,NULL,NULL,9,'{"parentUuid": "00000384-0000-4000-9000-000000000008", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000384-0000-4000-8000-000000000000", "version": "2.1.0", "type": "assistant", "message": {"role": "assistant", "content": [{"type": "text", "text": "Message 9 of session 900"}], "model": "large", "stop_reason": "end_turn"}, "uuid": "00000384-0000-4000-9000-000000000009", "timestamp": "2026-11-05T10:00:09.000Z"}',NULL,NULL,'001a1ab26cc2880010002611cd8e884a98ba4',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES('01a1b04d-0500-8009-a827-cfba21b0d499','00000000-0000-8cce-8a1f-4a36d88db0ca','00000385-0000-4000-9000-000000000000','user','Message 0 of session 901','[{"text":"Message 0 of session 901","type":"text"}]',NULL,NULL,1793959200000,NULL,NULL,NULL,0,'{"parentUuid": null, "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000385-0000-4000-8000-000000000000", "version": "2.1.0", "type": "user", "message": {"role": "user", "content": [{"type": "text", "text": "Message 0 of session 901"}]}, "uuid": "00000385-0000-4000-9000-000000000000", "timestamp": "2026-11-06T10:00:00.000Z"}',NULL,NULL,'001a1b04d0500000100021f4abdc1c4983918',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES('01a1b04d-08e8-8b04-981c-344b9f10e587','00000000-0000-8cce-8a1f-4a36d88db0ca','00000385-0000-4000-9000-000000000001','assistant','Message 1 of session 901','[{"text":"Message 1 of session 901","type":"text"}]','large','00000385-0000-4000-9000-000000000000',1793959201000,NULL,NULL,NULL,1,'{"parentUuid": "00000385-0000-4000-9000-000000000000", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000385-0000-4000-8000-000000000000", "version": "2.1.0", "type": "assistant", "message": {"role": "assistant", "content": [{"type": "text", "text": "Message 1 of session 901"}], "model": "large", "stop_reason": "end_turn"}, "uuid": "00000385-0000-4000-9000-000000000001", "timestamp": "2026-11-06T10:00:01.000Z"}',NULL,NULL,'001a1b04d08e8800100021d117a02fdde455b',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES('01a1b04d-0cd0-8c34-8e30-f5b05273cb10','00000000-0000-8cce-8a1f-4a36d88db0ca','00000385-0000-4000-9000-000000000002','user','Message 2 of session 901','[{"text":"Message 2 of session 901","type":"text"}]',NULL,'00000385-0000-4000-9000-000000000001',1793959202000,NULL,NULL,NULL,2,'{"parentUuid": "00000385-0000-4000-9000-000000000001", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000385-0000-4000-8000-000000000000", "version": "2.1.0", "type": "user", "message": {"role": "user", "content": [{"type": "text", "text": "Message 2 of session 901"}]}, "uuid": "00000385-0000-4000-9000-000000000002", "timestamp": "2026-11-06T10:00:02.000Z"}',NULL,NULL,'001a1b04d0cd000010002eafa498733f900f4',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES('01a1b04d-10b8-888a-ab95-4f09dd1bf650','00000000-0000-8cce-8a1f-4a36d88db0ca','00000385-0000-4000-9000-000000000003','assistant','Message 3 of session 901','[{"text":"Message 3 of session 901","type":"text"}]','large','00000385-0000-4000-9000-000000000002',1793959203000,NULL,NULL,NULL,3,'{"parentUuid": "00000385-0000-4000-9000-000000000002", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000385-0000-4000-8000-000000000000", "version": "2.1.0", "type": "assistant", "message": {"role": "assistant", "content": [{"type": "text", "text": "Message 3 of session 901"}], "model": "large", "stop_reason": "end_turn"}, "uuid": "00000385-0000-4000-9000-000000000003", "timestamp": "2026-11-06T10:00:03.000Z"}',NULL,NULL,'001a1b04d10b880010002ef96bab9eb01585b',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES('01a1b04d-14a0-868c-93dd-81fcfa832a91','00000000-0000-8cce-8a1f-4a36d88db0ca','00000385-0000-4000-9000-000000000004','user','Message 4 of session 901','[{"text":"Message 4 of session 901","type":"text"}]',NULL,'00000385-0000-4000-9000-000000000003',1793959204000,NULL,NULL,NULL,4,'{"parentUuid": "00000385-0000-4000-9000-000000000003", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000385-0000-4000-8000-000000000000", "version": "2.1.0", "type": "user", "message": {"role": "user", "content": [{"type": "text", "text": "Message 4 of session 901"}]}, "uuid": "00000385-0000-4000-9000-000000000004", "timestamp": "2026-11-06T10:00:04.000Z"}',NULL,NULL,'001a1b04d14a0000100024a46a25869c50a2d',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES('01a1b04d-1888-87be-8709-1d95a0f871ec','00000000-0000-8cce-8a1f-4a36d88db0ca','00000385-0000-4000-9000-000000000005','assistant','Message 5 of session 901','[{"text":"Message 5 of session 901","type":"text"}]','large','00000385-0000-4000-9000-000000000004',1793959205000,NULL,NULL,NULL,5,'{"parentUuid": "00000385-0000-4000-9000-000000000004", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000385-0000-4000-8000-000000000000", "version": "2.1.0", "type": "assistant", "message": {"role": "assistant", "content": [{"type": "text", "text": "Message 5 of session 901"}], "model": "large", "stop_reason": "end_turn"}, "uuid": "00000385-0000-4000-9000-000000000005", "timestamp": "2026-11-06T10:00:05.000Z"}',NULL,NULL,'001a1b04d18888001000210db546829912f3c',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES('01a1b04d-1c70-8cb4-bd2c-71e6874ac2d7','00000000-0000-8cce-8a1f-4a36d88db0ca','00000385-0000-4000-9000-000000000006','user','Message 6 of session 901','[{"text":"Message 6 of session 901","type":"text"}]',NULL,'00000385-0000-4000-9000-000000000005',1793959206000,NULL,NULL,NULL,6,'{"parentUuid": "00000385-0000-4000-9000-000000000005", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000385-0000-4000-8000-000000000000", "version": "2.1.0", "type": "user", "message": {"role": "user", "content": [{"type": "text", "text": "Message 6 of session 901"}]}, "uuid": "00000385-0000-4000-9000-000000000006", "timestamp": "2026-11-06T10:00:06.000Z"}',NULL,NULL,'001a1b04d1c70000100029c561ae3e1b3b5a8',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES('01a1b04d-2058-8060-95eb-68b2ce43f11e','00000000-0000-8cce-8a1f-4a36d88db0ca','00000385-0000-4000-9000-000000000007','assistant','Message 7 of session 901','[{"text":"Message 7 of session 901","type":"text"}]','large','00000385-0000-4000-9000-000000000006',1793959207000,NULL,NULL,NULL,7,'{"parentUuid": "00000385-0000-4000-9000-000000000006", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000385-0000-4000-8000-000000000000", "version": "2.1.0", "type": "assistant", "message": {"role": "assistant", "content": [{"type": "text", "text": "Message 7 of session 901"}], "model": "large", "stop_reason": "end_turn"}, "uuid": "00000385-0000-4000-9000-000000000007", "timestamp": "2026-11-06T10:00:07.000Z"}',NULL,NULL,'001a1b04d2058800100026bdbe397f78eeaaa',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES('01a1b04d-2440-8c51-949f-ae1d8805a998','00000000-0000-8cce-8a1f-4a36d88db0ca','00000385-0000-4000-9000-000000000008','user','Message 8 of session 901','[{"text":"Message 8 of session 901","type":"text"}]',NULL,'00000385-0000-4000-9000-000000000007',1793959208000,NULL,NULL,NULL,8,'{"parentUuid": "00000385-0000-4000-9000-000000000007", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000385-0000-4000-8000-000000000000", "version": "2.1.0", "type": "user", "message": {"role": "user", "content": [{"type": "text", "text": "Message 8 of session 901"}]}, "uuid": "00000385-0000-4000-9000-000000000008", "timestamp": "2026-11-06T10:00:08.000Z"}',NULL,NULL,'001a1b04d24400001000227c6759b83a34876',NULL,NULL,0,0,0,0);
INSERT INTO "messages" VALUES('01a1b04d-2828-8319-abc7-4c9001672523','00000000-0000-8cce-8a1f-4a36d88db0ca','00000385-0000-4000-9000-000000000009','assistant','Message 9 of session 901','[{"text":"Message 9 of session 901","type":"text"}]','large','00000385-0000-4000-9000-000000000008',1793959209000,NULL,NULL,NULL,9,'{"parentUuid": "00000385-0000-4000-9000-000000000008", "isSidechain": false, "userType": "external", "cwd": "/src/engine", "sessionId": "00000385-0000-4000-8000-000000000000", "version": "2.1.0", "type": "assistant", "message": {"role": "assistant", "content": [{"type": "text", "text": "Message 9 of session 901"}], "model": "large", "stop_reason": "end_turn"}, "uuid": "00000385-0000-4000-9000-000000000009", "timestamp": "2026-11-06T10:00:09.000Z"}',NULL,NULL,'001a1b04d282880010002f3e803e1a3870ba9',NULL,NULL,0,0,0,0);
CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "meta" VALUES('audit.sighting','1795970318844');
INSERT INTO "meta" VALUES('clock.mine','101a2282c43fd0000000017f411b8e54eb082');
INSERT INTO "meta" VALUES('device','17f411b8');
INSERT INTO "meta" VALUES('import:claude-code:/tmp/pf/fix/5/home/.claude/projects/-work-engine/00000384-0000-4000-8000-000000000000.jsonl','{"reader":2,"offset":4211,"line":10,"hash":16240363548122005983,"edges":911205975407741275,"length":4211,"modified":1795970318769904651,"session":"00000384-0000-4000-8000-000000000000","done":{"totals":{"sessions":0,"messages":10,"roles":{"assistant":5,"user":5},"tool_calls":0,"records":{},"left_out":{}},"session":"00000384-0000-4000-8000-000000000000","skipped":[],"incomplete_tail":false,"titles":[]}}');
INSERT INTO "meta" VALUES('import:claude-code:/tmp/pf/fix/5/home/.claude/projects/-work-engine/00000385-0000-4000-8000-000000000000.jsonl','{"reader":2,"offset":4211,"line":10,"hash":13038925804985924352,"edges":4357169338861071580,"length":4211,"modified":1795970318770323828,"session":"00000385-0000-4000-8000-000000000000","done":{"totals":{"sessions":0,"messages":10,"roles":{"assistant":5,"user":5},"tool_calls":0,"records":{},"left_out":{}},"session":"00000385-0000-4000-8000-000000000000","skipped":[],"incomplete_tail":false,"titles":[]}}');
INSERT INTO "meta" VALUES('sqlite.generation','1');
INSERT INTO "meta" VALUES('sqlite.layout','{"aliases":{"columns":[{"field":"entity","column":"entity","kind":"text","local":false,"indexed":false},{"field":"low","column":"low","kind":"text","local":false,"indexed":true},{"field":"high","column":"high","kind":"text","local":false,"indexed":true}],"key":[]},"comments":{"columns":[{"field":"session","column":"session","kind":"ref","local":false,"indexed":true},{"field":"message","column":"message","kind":"ref","local":false,"indexed":true},{"field":"body","column":"body","kind":"text","local":false,"indexed":false},{"field":"author","column":"author","kind":"text","local":false,"indexed":false},{"field":"resolved_at","column":"resolved_at","kind":"int","local":false,"indexed":false}],"key":[]},"inbox":{"columns":[{"field":"kind","column":"kind","kind":"text","local":false,"indexed":false},{"field":"title","column":"title","kind":"text","local":false,"indexed":false},{"field":"body","column":"body","kind":"text","local":false,"indexed":false},{"field":"session","column":"session","kind":"ref","local":false,"indexed":true},{"field":"about","column":"about","kind":"text","local":false,"indexed":false},{"field":"read_at","column":"read_at","kind":"int","local":false,"indexed":false},{"field":"archived_at","column":"archived_at","kind":"int","local":false,"indexed":false}],"key":[]},"messages":{"columns":[{"field":"session","column":"session","kind":"ref","local":false,"indexed":true,"listed_by":"created_at"},{"field":"external_id","column":"external_id","kind":"text","local":false,"indexed":true},{"field":"role","column":"role","kind":"text","local":false,"indexed":false},{"field":"text","column":"text","kind":"text","local":false,"indexed":false},{"field":"blocks","column":"blocks","kind":"json","local":false,"indexed":false},{"field":"model","column":"model","kind":"text","local":false,"indexed":false},{"field":"parent","column":"parent","kind":"text","local":false,"indexed":false},{"field":"created_at","column":"created_at","kind":"int","local":false,"indexed":false},{"field":"agent","column":"agent","kind":"text","local":false,"indexed":false},{"field":"usage","column":"usage","kind":"json","local":false,"indexed":false},{"field":"prompt","column":"prompt","kind":"bool","local":false,"indexed":false},{"field":"position","column":"position","kind":"int","local":true,"indexed":false},{"field":"raw","column":"raw","kind":"text","local":true,"indexed":false}],"key":[]},"sessions":{"columns":[{"field":"name","column":"name","kind":"text","local":false,"indexed":false},{"field":"cwd","column":"cwd","kind":"text","local":false,"indexed":false},{"field":"external_id","column":"external_id","kind":"text","local":false,"indexed":false},{"field":"workspace","column":"workspace","kind":"ref","local":false,"indexed":true},{"field":"source","column":"source","kind":"text","local":false,"indexed":false},{"field":"model","column":"model","kind":"text","local":false,"indexed":false},{"field":"status","column":"status","kind":"text","local":false,"indexed":false},{"field":"pinned","column":"pinned","kind":"bool","local":false,"indexed":false},{"field":"archived","column":"archived","kind":"bool","local":false,"indexed":false},{"field":"git_branch","column":"git_branch","kind":"text","local":false,"indexed":false},{"field":"started_at","column":"started_at","kind":"int","local":false,"indexed":false},{"field":"note","column":"note","kind":"text","local":false,"indexed":false},{"field":"read_at","column":"read_at","kind":"int","local":false,"indexed":false}],"key":["name","cwd","external_id"]},"workspaces":{"columns":[{"field":"path","column":"path","kind":"text","local":false,"indexed":false},{"field":"name","column":"name","kind":"text","local":false,"indexed":false},{"field":"git_remote","column":"git_remote","kind":"text","local":false,"indexed":false},{"field":"pinned","column":"pinned","kind":"bool","local":false,"indexed":false},{"field":"archived","column":"archived","kind":"bool","local":false,"indexed":false},{"field":"here","column":"here","kind":"text","local":true,"indexed":false}],"key":["path"]}}');
INSERT INTO "meta" VALUES('sqlite.role','device');
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
CREATE TABLE "sessions" (id TEXT PRIMARY KEY NOT NULL, "name" TEXT, "cwd" TEXT, "external_id" TEXT, "workspace" TEXT, "source" TEXT, "model" TEXT, "status" TEXT, "pinned" INTEGER, "archived" INTEGER, "git_branch" TEXT, "started_at" INTEGER, "note" TEXT, "read_at" INTEGER, deleted_at INTEGER, natural_key TEXT, stamp TEXT, stamps TEXT, extra TEXT, seq INTEGER NOT NULL DEFAULT 0, born INTEGER NOT NULL DEFAULT 0, hash INTEGER NOT NULL DEFAULT 0, acked INTEGER NOT NULL DEFAULT 0);
INSERT INTO "sessions" VALUES('00000000-0000-8427-818e-16d6b1ab4148','Message 0 of session 900','/src/engine','00000384-0000-4000-8000-000000000000','00000000-0000-8f43-8139-1985d4d6f3de','claude-code','large',NULL,NULL,NULL,NULL,1793872800000,NULL,NULL,NULL,'["Message 0 of session 900","/src/engine","00000384-0000-4000-8000-000000000000"]','0005e54d956ff00000002ac971532f7a242da','{"external_id":"000000000000000000000e4ef768ebad74353","model":"003a1ab26cc28000000027c88da0d7721a813","name":"0025e54d956ff00000000acafd38d443304db","source":"000000000000000000000e4ef768ebad74353"}',NULL,0,0,0,0);
INSERT INTO "sessions" VALUES('00000000-0000-8cce-8a1f-4a36d88db0ca','Named long ago','/src/engine','00000385-0000-4000-8000-000000000000','00000000-0000-8f43-8139-1985d4d6f3de','claude-code','large',NULL,NULL,NULL,NULL,1793959200000,NULL,NULL,NULL,'["Named long ago","/src/engine","00000385-0000-4000-8000-000000000000"]','0005e4fb2faff00000002624f2962e9e1eb8b','{"external_id":"000000000000000000000fe7d2fc504496cf0","model":"003a1b04d2828000000027c88da0d7721a813","name":"101a2282c43fd0000000017f411b8e54eb082","source":"000000000000000000000fe7d2fc504496cf0"}',NULL,0,0,0,0);
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
INSERT INTO "sync_queue" VALUES(1,'workspaces','00000000-0000-8f43-8139-1985d4d6f3de','create','{"name":false,"path":false}',1795970318847,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(2,'sessions','00000000-0000-8427-818e-16d6b1ab4148','create','{"cwd":false,"external_id":false,"model":false,"name":false,"source":false,"started_at":false,"workspace":false}',1795970318847,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(3,'messages','01a1ab26-a900-87f2-89d9-ba41d0614b64','create','{"blocks":false,"created_at":false,"external_id":false,"role":false,"session":false,"text":false}',1795970318847,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(4,'messages','01a1ab26-ace8-8998-94d9-c5b482120f7c','create','{"blocks":false,"created_at":false,"external_id":false,"model":false,"parent":false,"role":false,"session":false,"text":false}',1795970318847,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(5,'messages','01a1ab26-b0d0-8616-916c-3345823d1c97','create','{"blocks":false,"created_at":false,"external_id":false,"parent":false,"role":false,"session":false,"text":false}',1795970318847,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(6,'messages','01a1ab26-b4b8-8189-af1e-d53a5879a045','create','{"blocks":false,"created_at":false,"external_id":false,"model":false,"parent":false,"role":false,"session":false,"text":false}',1795970318847,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(7,'messages','01a1ab26-b8a0-8627-8f65-1712bb14fb85','create','{"blocks":false,"created_at":false,"external_id":false,"parent":false,"role":false,"session":false,"text":false}',1795970318847,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(8,'messages','01a1ab26-bc88-8bf7-a563-1567ed1e14c5','create','{"blocks":false,"created_at":false,"external_id":false,"model":false,"parent":false,"role":false,"session":false,"text":false}',1795970318847,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(9,'messages','01a1ab26-c070-8f90-9c6f-33e5fbabee49','create','{"blocks":false,"created_at":false,"external_id":false,"parent":false,"role":false,"session":false,"text":false}',1795970318847,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(10,'messages','01a1ab26-c458-88d8-9576-22610e827593','create','{"blocks":false,"created_at":false,"external_id":false,"model":false,"parent":false,"role":false,"session":false,"text":false}',1795970318847,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(11,'messages','01a1ab26-c840-8c56-9263-fe4a62117e6c','create','{"blocks":false,"created_at":false,"external_id":false,"parent":false,"role":false,"session":false,"text":false}',1795970318847,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(12,'messages','01a1ab26-cc28-8048-be1c-232681cf8b99','create','{"blocks":false,"created_at":false,"external_id":false,"model":false,"parent":false,"role":false,"session":false,"text":false}',1795970318847,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(13,'sessions','00000000-0000-8cce-8a1f-4a36d88db0ca','create','{"cwd":false,"external_id":false,"model":false,"name":false,"source":false,"started_at":false,"workspace":false}',1795970318854,0,NULL,2,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(14,'messages','01a1b04d-0500-8009-a827-cfba21b0d499','create','{"blocks":false,"created_at":false,"external_id":false,"role":false,"session":false,"text":false}',1795970318854,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(15,'messages','01a1b04d-08e8-8b04-981c-344b9f10e587','create','{"blocks":false,"created_at":false,"external_id":false,"model":false,"parent":false,"role":false,"session":false,"text":false}',1795970318854,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(16,'messages','01a1b04d-0cd0-8c34-8e30-f5b05273cb10','create','{"blocks":false,"created_at":false,"external_id":false,"parent":false,"role":false,"session":false,"text":false}',1795970318854,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(17,'messages','01a1b04d-10b8-888a-ab95-4f09dd1bf650','create','{"blocks":false,"created_at":false,"external_id":false,"model":false,"parent":false,"role":false,"session":false,"text":false}',1795970318854,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(18,'messages','01a1b04d-14a0-868c-93dd-81fcfa832a91','create','{"blocks":false,"created_at":false,"external_id":false,"parent":false,"role":false,"session":false,"text":false}',1795970318854,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(19,'messages','01a1b04d-1888-87be-8709-1d95a0f871ec','create','{"blocks":false,"created_at":false,"external_id":false,"model":false,"parent":false,"role":false,"session":false,"text":false}',1795970318854,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(20,'messages','01a1b04d-1c70-8cb4-bd2c-71e6874ac2d7','create','{"blocks":false,"created_at":false,"external_id":false,"parent":false,"role":false,"session":false,"text":false}',1795970318854,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(21,'messages','01a1b04d-2058-8060-95eb-68b2ce43f11e','create','{"blocks":false,"created_at":false,"external_id":false,"model":false,"parent":false,"role":false,"session":false,"text":false}',1795970318854,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(22,'messages','01a1b04d-2440-8c51-949f-ae1d8805a998','create','{"blocks":false,"created_at":false,"external_id":false,"parent":false,"role":false,"session":false,"text":false}',1795970318854,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(23,'messages','01a1b04d-2828-8319-abc7-4c9001672523','create','{"blocks":false,"created_at":false,"external_id":false,"model":false,"parent":false,"role":false,"session":false,"text":false}',1795970318854,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(24,'inbox','01a2282c-426a-7ce1-8b1f-76c27a7fe3a5','create','{"body":false,"title":false}',1795970318954,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(25,'inbox','01a2282c-42ba-7d97-adf9-06510a098697','create','{"body":false,"title":false}',1795970319034,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(26,'inbox','01a2282c-42e5-7549-b728-2950347e04d5','create','{"body":false,"title":false}',1795970319077,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(27,'inbox','01a2282c-430f-71ef-abb4-7d2da32c8fb6','create','{"body":false,"title":false}',1795970319119,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(28,'inbox','01a2282c-433f-7b91-a576-8d0d76795117','create','{"body":false,"title":false}',1795970319167,0,NULL,1,NULL,NULL,0,0);
INSERT INTO "sync_queue" VALUES(29,'inbox','01a2282c-436b-7032-b844-ac05b9a92bea','create','{"body":false,"title":false}',1795970319211,0,NULL,1,NULL,NULL,0,0);
CREATE TABLE "workspaces" (id TEXT PRIMARY KEY NOT NULL, "path" TEXT, "name" TEXT, "git_remote" TEXT, "pinned" INTEGER, "archived" INTEGER, "here" TEXT, deleted_at INTEGER, natural_key TEXT, stamp TEXT, stamps TEXT, extra TEXT, seq INTEGER NOT NULL DEFAULT 0, born INTEGER NOT NULL DEFAULT 0, hash INTEGER NOT NULL DEFAULT 0, acked INTEGER NOT NULL DEFAULT 0);
INSERT INTO "workspaces" VALUES('00000000-0000-8f43-8139-1985d4d6f3de','/src/engine','engine',NULL,NULL,NULL,'/src/engine',NULL,'["/src/engine"]','000000000000000000000ff5a8ec81a9c124e',NULL,NULL,0,0,0,0);
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
CREATE INDEX "workspaces.seq" ON "workspaces" (seq, id) WHERE seq > 0;
CREATE INDEX "workspaces.key" ON "workspaces" (natural_key, id) WHERE natural_key IS NOT NULL;
CREATE VIEW "workspaces_sync" AS SELECT t.id, t."path" AS "path", t."name" AS "name", t."git_remote" AS "git_remote", t."pinned" AS "pinned", t."archived" AS "archived", t."here" AS "here", CASE WHEN t.acked THEN t.id END AS remote_id,
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
FROM "workspaces" AS t
LEFT JOIN sync_queue AS q ON q.entity_type = 'workspaces' AND q.entity_id = t.id;
CREATE INDEX "sessions.by.workspace" ON "sessions" ("workspace", id);
CREATE INDEX "sessions.seq" ON "sessions" (seq, id) WHERE seq > 0;
CREATE INDEX "sessions.key" ON "sessions" (natural_key, id) WHERE natural_key IS NOT NULL;
CREATE VIEW "sessions_sync" AS SELECT t.id, t."name" AS "name", t."cwd" AS "cwd", t."external_id" AS "external_id", t."workspace" AS "workspace", t."source" AS "source", t."model" AS "model", t."status" AS "status", t."pinned" AS "pinned", t."archived" AS "archived", t."git_branch" AS "git_branch", t."started_at" AS "started_at", t."note" AS "note", t."read_at" AS "read_at", CASE WHEN t.acked THEN t.id END AS remote_id,
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
FROM "sessions" AS t
LEFT JOIN sync_queue AS q ON q.entity_type = 'sessions' AND q.entity_id = t.id;
CREATE INDEX "inbox.by.session" ON "inbox" ("session", id);
CREATE INDEX "inbox.seq" ON "inbox" (seq, id) WHERE seq > 0;
CREATE INDEX "inbox.key" ON "inbox" (natural_key, id) WHERE natural_key IS NOT NULL;
CREATE VIEW "inbox_sync" AS SELECT t.id, t."kind" AS "kind", t."title" AS "title", t."body" AS "body", t."session" AS "session", t."about" AS "about", t."read_at" AS "read_at", t."archived_at" AS "archived_at", CASE WHEN t.acked THEN t.id END AS remote_id,
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
FROM "inbox" AS t
LEFT JOIN sync_queue AS q ON q.entity_type = 'inbox' AND q.entity_id = t.id;
CREATE INDEX "messages.by.session.created_at" ON "messages" ("session", "created_at", id);
CREATE INDEX "messages.by.external_id" ON "messages" ("external_id", id);
CREATE INDEX "messages.seq" ON "messages" (seq, id) WHERE seq > 0;
CREATE INDEX "messages.key" ON "messages" (natural_key, id) WHERE natural_key IS NOT NULL;
CREATE VIEW "messages_sync" AS SELECT t.id, t."session" AS "session", t."external_id" AS "external_id", t."role" AS "role", t."text" AS "text", t."blocks" AS "blocks", t."model" AS "model", t."parent" AS "parent", t."created_at" AS "created_at", t."agent" AS "agent", t."usage" AS "usage", t."prompt" AS "prompt", t."position" AS "position", t."raw" AS "raw", CASE WHEN t.acked THEN t.id END AS remote_id,
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
FROM "messages" AS t
LEFT JOIN sync_queue AS q ON q.entity_type = 'messages' AND q.entity_id = t.id;
CREATE INDEX "comments.by.session" ON "comments" ("session", id);
CREATE INDEX "comments.by.message" ON "comments" ("message", id);
CREATE INDEX "comments.seq" ON "comments" (seq, id) WHERE seq > 0;
CREATE INDEX "comments.key" ON "comments" (natural_key, id) WHERE natural_key IS NOT NULL;
CREATE VIEW "comments_sync" AS SELECT t.id, t."session" AS "session", t."message" AS "message", t."body" AS "body", t."author" AS "author", t."resolved_at" AS "resolved_at", CASE WHEN t.acked THEN t.id END AS remote_id,
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
FROM "comments" AS t
LEFT JOIN sync_queue AS q ON q.entity_type = 'comments' AND q.entity_id = t.id;
CREATE INDEX "aliases.deleted" ON "aliases" (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX "comments.deleted" ON "comments" (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX "inbox.deleted" ON "inbox" (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX "messages.deleted" ON "messages" (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX "sessions.deleted" ON "sessions" (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX "workspaces.deleted" ON "workspaces" (deleted_at, id) WHERE deleted_at IS NOT NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('sync_queue',30);
INSERT INTO "sqlite_sequence" VALUES('audit_log',1);
COMMIT;

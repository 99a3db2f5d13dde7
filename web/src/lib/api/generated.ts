// Made by `npm run api:generate` from openapi.json, the description of the node: not by hand.
export interface paths {
    "/api/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Accounts */
        get: operations["get_accounts"];
        put?: never;
        /** New account */
        post: operations["post_accounts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{account}/credential": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** New password, shown once */
        post: operations["post_accounts_account_credential"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{account}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Disable an account */
        post: operations["post_accounts_account_disable"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bulletins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Bulletins, newest first */
        get: operations["get_bulletins"];
        put?: never;
        /** Issue a bulletin */
        post: operations["post_bulletins"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bulletins/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One bulletin */
        get: operations["get_bulletins_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bulletins/{id}/ack": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** I acknowledge it, or take that back */
        post: operations["post_bulletins_id_ack"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bulletins/{id}/phoned": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Somebody was told by telephone */
        post: operations["post_bulletins_id_phoned"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bulletins/{id}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** I have read it */
        post: operations["post_bulletins_id_read"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bulletins/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who has acknowledged, who hasn't, and why */
        get: operations["get_bulletins_id_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bulletins/{id}/supersede": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Issue its correction */
        post: operations["post_bulletins_id_supersede"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bulletins/{id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Withdraw it, with a reason */
        post: operations["post_bulletins_id_withdraw"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/demo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Demo only: the lines */
        get: operations["get_demo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/demo/lines/{node}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Demo only: cut or restore a line */
        post: operations["post_demo_lines_node"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Logins of local devices */
        get: operations["get_devices"];
        put?: never;
        /** New device login; its password is shown once */
        post: operations["post_devices"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/home": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What waits for me */
        get: operations["get_home"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/join": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Enrol a node with its ticket: one Noise message each way */
        post: operations["post_join"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This node's line to headquarters and what waits */
        get: operations["get_link"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** WebSocket: a beat every 5 s, new messages, what to fetch again */
        get: operations["get_live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/{id}/delivery": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far a message got and who has read it */
        get: operations["get_messages_id_delivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/{id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take one's own message back, for ten minutes */
        post: operations["post_messages_id_withdraw"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/node": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Node, organisation, clock, languages; in a demo who can log in here */
        get: operations["get_node"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every node: its line, how old what we know is, what waits */
        get: operations["get_nodes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/nodes/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A ticket for a new node, used once */
        post: operations["post_nodes_invitations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This description */
        get: operations["get_openapi_json"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/photos": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Upload a photo; answers with what was seen in it */
        post: operations["post_photos"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/photos/{hash}/{rendition}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** thumbnail, preview or original */
        get: operations["get_photos_hash_rendition"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Reports, newest first */
        get: operations["get_reports"];
        put?: never;
        /** Send a report */
        post: operations["post_reports"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One report */
        get: operations["get_reports_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/{id}/original": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for its original photos */
        post: operations["post_reports_id_original"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/{id}/place": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Set its place */
        post: operations["post_reports_id_place"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mark it seen */
        post: operations["post_reports_id_status"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rooms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** My rooms */
        get: operations["get_rooms"];
        put?: never;
        /** Open a room */
        post: operations["post_rooms"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rooms/{room}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of messages: newest, older, or arrived since a cursor */
        get: operations["get_rooms_room_messages"];
        put?: never;
        /** Write; a retry with the same client id gets the same answer */
        post: operations["post_rooms_room_messages"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rooms/{room}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Everything that arrived up to here is read */
        post: operations["post_rooms_room_read"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/safety": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Safety checks, newest first */
        get: operations["get_safety"];
        put?: never;
        /** Start a safety check */
        post: operations["post_safety"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/safety/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One safety check, with people as far as one may see them */
        get: operations["get_safety_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/safety/{id}/answer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answer for oneself */
        post: operations["post_safety_id_answer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/safety/{id}/calls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whom to call, with numbers */
        get: operations["get_safety_id_calls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/safety/{id}/calls/{account}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Calling, reached, not reached */
        post: operations["post_safety_id_calls_account"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/safety/{id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End it */
        post: operations["post_safety_id_close"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/safety/{id}/deadline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give more minutes */
        post: operations["post_safety_id_deadline"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who I am */
        get: operations["get_session"];
        put?: never;
        /** Log in */
        post: operations["post_session"];
        /** Log out */
        delete: operations["delete_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/shelters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The list of evacuation sites */
        get: operations["get_shelters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/shelters/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Import a list: the difference first (`dry_run=true`), then the writing */
        post: operations["post_shelters_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An account as the administrator sees it. */
        AccountRow: components["schemas"]["Person"] & {
            /** @description May no longer log in. */
            disabled: boolean;
            /** @description ID. */
            login: string;
            /** @description Names of the nodes where it may log in. */
            nodes: string[];
            /** @description Nodes that have not heard of it: it works there after the next exchange. */
            pending_nodes: string[];
            /** @description As dialled. */
            phone: string | null;
        };
        /** @description All accounts. */
        Accounts: {
            /** @description By number. */
            accounts: components["schemas"]["AccountRow"][];
        };
        /** @description 了解, or its undo. */
        Ack: {
            /** @description 16 characters base64url. */
            client_id: string;
            /** @description Taken back. */
            undo?: boolean;
            /**
             * Format: int64
             * @description When it was tapped, if it waited.
             */
            written_ms?: number | null;
        };
        /** @description Somebody who acknowledged. */
        AckedBy: components["schemas"]["Person"] & {
            /**
             * Format: int64
             * @description Unix ms.
             */
            at_ms: number;
        };
        /** @description More time. */
        AddMinutes: {
            /**
             * Format: int32
             * @description 1 to 60.
             */
            add_minutes: number;
            /** @description 16 characters base64url. */
            client_id: string;
        };
        /** @description The highest alert level in force. */
        Alert: {
            /** @description Its bulletin. */
            bulletin: string;
            /**
             * Format: int32
             * @description 1 to 5.
             */
            level: number;
            /**
             * Format: int64
             * @description Unix ms.
             */
            since_ms: number;
            /** @description Title of its bulletin. */
            title: string;
            /** @description Its word. */
            word: string;
        };
        /** @description A bulletin in a list. */
        Bulletin: {
            /**
             * Format: int64
             * @description When I acknowledged it, Unix ms.
             */
            acked_ms: number | null;
            /**
             * Format: int64
             * @description When it came to this node, Unix ms.
             */
            arrived_ms: number;
            /** @description 了解 is asked of me. */
            asked_me: boolean;
            /** @description 同時に改訂. */
            concurrent: boolean;
            /**
             * Format: int32
             * @description 0 for the original, 1 for 訂正1 …
             */
            correction: number;
            /** @description 訓練. */
            drill: boolean;
            /**
             * Format: int64
             * @description When 了解 is due, Unix ms.
             */
            due_ms: number | null;
            /** @description Its id. */
            id: string;
            /**
             * Format: int64
             * @description Unix ms.
             */
            issued_ms: number;
            /** @description Who issued it. */
            issuer: string;
            /** @description `confirmed`, `notice`. */
            kind: string;
            /**
             * Format: int32
             * @description 警戒レベル.
             */
            level: number | null;
            /** @description The level's word. */
            level_word: string | null;
            /** @description 必読. */
            must_read: boolean;
            /**
             * Format: int32
             * @description 第n号.
             */
            no: number;
            /** @description On the board for evacuees. */
            public: boolean;
            /**
             * Format: int64
             * @description When I read it, Unix ms.
             */
            read_ms: number | null;
            /** @description For whom. */
            recipients: components["schemas"]["Recipients"];
            /** @description `current`, `superseded`, `withdrawn`. */
            state: string;
            /** @description Its correction. */
            successor: string | null;
            /** @description Its title. */
            title: string;
            totals: null | components["schemas"]["BulletinTotals"];
        };
        /** @description One bulletin. */
        BulletinDetail: components["schemas"]["Bulletin"] & {
            correction_from: null | components["schemas"]["CorrectedFrom"];
            here: null | components["schemas"]["Here"];
            /** @description One point per line. */
            points: string[];
            /** @description Why it was withdrawn. */
            withdrawn_reason: string | null;
        };
        /** @description One node's people. */
        BulletinNodeStatus: {
            /**
             * Format: int32
             * @description 了解.
             */
            acked: number;
            /** @description It lies on that node's disk. */
            delivered: boolean;
            /**
             * Format: int64
             * @description Since when, Unix ms.
             */
            delivered_ms: number | null;
            /** @description The line to it. */
            link: components["schemas"]["HqLink"];
            /** @description Its name. */
            name: string;
            /** @description Its id. */
            node: string;
            /** @description Everybody there. */
            people: components["schemas"]["PersonStatus"][];
            /**
             * Format: int32
             * @description Read only.
             */
            read_only: number;
            responsible: null | components["schemas"]["Responsible"];
            /**
             * Format: int32
             * @description Asked.
             */
            total: number;
            /**
             * Format: int32
             * @description Not read.
             */
            unread: number;
        };
        /** @description The list. */
        Bulletins: {
            /** @description Newest first. */
            bulletins: components["schemas"]["Bulletin"][];
        };
        /** @description Who has and who hasn't. */
        BulletinStatus: {
            /** @description The bulletin. */
            bulletin: components["schemas"]["BulletinDetail"];
            /** @description Per node: those without first. */
            nodes: components["schemas"]["BulletinNodeStatus"][];
            /** @description Over everybody. */
            totals: components["schemas"]["BulletinTotals"];
        };
        /** @description How many acknowledged, and why others have not. */
        BulletinTotals: {
            /**
             * Format: int32
             * @description 了解.
             */
            acked: number;
            /**
             * Format: int32
             * @description Shelters that it has not reached.
             */
            nodes_not_delivered: number;
            /**
             * Format: int32
             * @description Not delivered.
             */
            not_delivered: number;
            /**
             * Format: int32
             * @description Read, not acknowledged.
             */
            read_only: number;
            /**
             * Format: int32
             * @description Asked.
             */
            total: number;
            /**
             * Format: int32
             * @description Delivered, not read.
             */
            unread: number;
        };
        /** @description The call list. */
        CallList: {
            /** @description The check. */
            check: components["schemas"]["SafetyCheck"];
            /** @description Who needs help. */
            help: components["schemas"]["HelpRow"][];
            /** @description The deadline is past. */
            passed: boolean;
            /** @description Whom to call, in order. */
            rows: components["schemas"]["CallRow"][];
        };
        /** @description Somebody to call. */
        CallRow: components["schemas"]["Person"] & {
            call: null | components["schemas"]["CallState"];
            /** @description As dialled. */
            phone: string | null;
            /** @description `not_delivered`, `delivered`, `read`. */
            state: string;
        };
        /** @description The latest mark of a call. */
        CallState: {
            /** @description What was said. */
            answer: string | null;
            /**
             * Format: int64
             * @description Unix ms.
             */
            at_ms: number;
            /** @description Who called. */
            by: string;
            /** @description I called. */
            by_me: boolean;
            /** @description `calling`, `reached`, `not_reached`, `wrong_number`. */
            mark: string;
            /**
             * Format: int32
             * @description How often nobody answered.
             */
            tries: number;
        };
        /** @description A write that says nothing but that it happened. */
        ClientIdOnly: {
            /** @description 16 characters base64url. */
            client_id: string;
        };
        /** @description Whom to telephone. */
        Contact: {
            /** @description Name on screens. */
            name: string;
            /** @description As dialled. */
            phone: string | null;
        };
        /** @description The bulletin before the correction. */
        CorrectedFrom: {
            /** @description Its id. */
            id: string;
            /**
             * Format: int32
             * @description Its number.
             */
            no: number;
            /** @description Its points. */
            points: string[];
            /** @description Its title. */
            title: string;
        };
        /** @description Things for me. */
        Counts: {
            /**
             * Format: int32
             * @description Must-read bulletins that I have not acknowledged.
             */
            bulletins: number;
            /**
             * Format: int32
             * @description Tasks.
             */
            home: number;
            /**
             * Format: int32
             * @description Reports that headquarters has not seen.
             */
            reports: number;
            /**
             * Format: int32
             * @description Safety checks that I have not answered.
             */
            safety: number;
            /**
             * Format: int32
             * @description Unread messages.
             */
            talk: number;
        };
        /** @description How far a message got. */
        Delivery: {
            /** @description Headquarters has it on disk. */
            hq: boolean;
            /** @description Nobody else's node takes part. */
            local: boolean;
            /** @description Name of the other node, if there is just one. */
            place: string | null;
            /**
             * Format: int32
             * @description Other nodes of the room that have it.
             */
            reached: number;
            /**
             * Format: int32
             * @description Other nodes of the room that this node knows of.
             */
            total: number;
        };
        /** @description How far a message got, in full. */
        DeliveryDetail: {
            /** @description The other nodes. */
            nodes: components["schemas"]["NodeDelivery"][];
            /** @description With a photo. */
            photo: boolean;
            /** @description Who has read it. */
            readers: components["schemas"]["Reader"][];
            /** @description That node. */
            stored_at: string;
            /**
             * Format: int64
             * @description When the accepting node stored it, Unix ms.
             */
            stored_ms: number;
            /** @description Its text. */
            text: string;
            /** @description Who hasn't. */
            unread: components["schemas"]["NotRead"][];
            /**
             * Format: int64
             * @description When it was written, if it waited.
             */
            written_ms: number | null;
        };
        /** @description Demo only: an account that can log in here. */
        DemoAccount: {
            /** @description ID. */
            login: string;
            /** @description Name on screens. */
            name: string;
            /** @description Role. */
            role: string;
        };
        /** @description One node's address. */
        DemoAddress: {
            /** @description Its name. */
            name: string;
            /** @description Where its page is. */
            url: string;
        };
        /** @description One shelter's line. */
        DemoLine: {
            /**
             * Format: int64
             * @description Events waiting at headquarters for it.
             */
            in: number;
            /** @description Its name. */
            name: string;
            /** @description The shelter. */
            node: string;
            /**
             * Format: int64
             * @description Events waiting at the shelter.
             */
            out: number;
            /**
             * Format: int64
             * @description Since when, Unix ms.
             */
            since_ms: number;
            /** @description Not cut. */
            up: boolean;
        };
        /** @description Demo only: the one password and who can log in here. */
        DemoLogin: {
            /** @description Who. */
            accounts: components["schemas"]["DemoAccount"][];
            /** @description The same for all. */
            password: string;
        };
        /** @description The panel. */
        DemoState: {
            /** @description One per node. */
            addresses: components["schemas"]["DemoAddress"][];
            /** @description One per shelter. */
            lines: components["schemas"]["DemoLine"][];
        };
        /** @description A local device. */
        DeviceRow: {
            /**
             * Format: int64
             * @description Unix ms.
             */
            created_ms: number;
            /**
             * Format: int64
             * @description Unix ms.
             */
            last_said_ms: number | null;
            /** @description What it logs in with. */
            login: string;
            /** @description Name on screens. */
            name: string;
        };
        /** @description All devices of this node. */
        Devices: {
            /** @description By login. */
            devices: components["schemas"]["DeviceRow"][];
        };
        /** @description Something I did. */
        Done: {
            /**
             * Format: int64
             * @description Unix ms.
             */
            at_ms: number;
            /** @description `safety`, `ack`. */
            kind: string;
            /** @description What it was about. */
            title: string;
        };
        /** @description What is expected from a node. */
        Expected: {
            /**
             * Format: int64
             * @description Their bytes.
             */
            photo_bytes: number;
            /**
             * Format: int64
             * @description Photos named by events and not here.
             */
            photos: number;
        };
        /**
         * Format: binary
         * @description The bytes of a file.
         */
        FileBytes: string;
        /** @description A device's login, shown once. */
        GivenDevice: {
            /** @description What it logs in with. */
            login: string;
            /** @description To be written down. */
            password: string;
        };
        /** @description A password that is shown once. */
        GivenPassword: {
            /** @description To be written down. */
            password: string;
        };
        /** @description A ticket. */
        GivenTicket: {
            /**
             * Format: int64
             * @description Unix ms.
             */
            expires_ms: number;
            /** @description `NRS1.…`. */
            ticket: string;
        };
        /** @description Somebody who needs help. */
        HelpRow: components["schemas"]["Person"] & {
            /**
             * Format: int64
             * @description Unix ms.
             */
            at_ms: number;
            /** @description One remark. */
            note: string;
            /** @description As dialled. */
            phone: string | null;
            /** @description Who takes care. */
            taken_by: string | null;
            /**
             * Format: int64
             * @description Since when, Unix ms.
             */
            taken_ms: number | null;
        };
        /** @description This shelter's people. */
        Here: {
            /** @description Acknowledged. */
            acked: components["schemas"]["AckedBy"][];
            /** @description Read, not acknowledged. */
            read_only: components["schemas"]["PersonPhone"][];
            /** @description Not read. */
            unread: components["schemas"]["PersonPhone"][];
        };
        /** @description Home. */
        Home: {
            alert: null | components["schemas"]["Alert"];
            /** @description Badges. */
            counts: components["schemas"]["Counts"];
            /** @description At most three things I did. */
            done: components["schemas"]["Done"][];
            /** @description At most three rooms with unread messages. */
            news: components["schemas"]["News"][];
            /** @description In order: safety checks, then must-read bulletins. */
            tasks: components["schemas"]["HomeTask"][];
        };
        /** @description One thing that waits for me. */
        HomeTask: {
            /** @description The check. */
            check: string;
            /**
             * Format: int64
             * @description Unix ms.
             */
            deadline_ms: number;
            /** @description 訓練. */
            drill: boolean;
            /** @enum {string} */
            kind: "safety";
            /**
             * Format: int32
             * @description 第n回.
             */
            no: number;
            /**
             * Format: int64
             * @description Unix ms.
             */
            opened_ms: number;
            /** @description The question. */
            text: string;
        } | {
            /** @description The bulletin. */
            bulletin: string;
            /** @description 訓練. */
            drill: boolean;
            /**
             * Format: int64
             * @description Unix ms.
             */
            due_ms: number | null;
            /**
             * Format: int64
             * @description Unix ms.
             */
            issued_ms: number;
            /** @enum {string} */
            kind: "bulletin";
            /**
             * Format: int32
             * @description 警戒レベル.
             */
            level: number | null;
            /**
             * Format: int32
             * @description 第n号.
             */
            no: number;
            /** @description Its title. */
            title: string;
        };
        /** @description The line to headquarters, or to a shelter. */
        HqLink: {
            /**
             * Format: int64
             * @description Last acknowledged exchange, Unix ms.
             */
            last_exchange_ms: number | null;
            /**
             * Format: int64
             * @description When this state began, Unix ms.
             */
            since_ms: number | null;
            /** @description `self`, `up`, `stalled`, `down`, `never`. */
            state: string;
        };
        /** @description How many of each. */
        ImportCounts: {
            /**
             * Format: int32
             * @description 追加.
             */
            added: number;
            /**
             * Format: int32
             * @description 変更.
             */
            changed: number;
            /**
             * Format: int32
             * @description 確かめる.
             */
            doubtful: number;
            /**
             * Format: int32
             * @description なくなる.
             */
            missing: number;
            /**
             * Format: int32
             * @description 直した.
             */
            repaired: number;
            /**
             * Format: int32
             * @description The same.
             */
            unchanged: number;
            /**
             * Format: int32
             * @description 読めない.
             */
            unreadable: number;
        };
        /** @description What an import would change, or has changed. */
        ImportDifference: {
            /** @description It was written. */
            applied: boolean;
            /** @description How many of each. */
            counts: components["schemas"]["ImportCounts"];
            /** @description How the file was read. */
            encoding: string;
            /**
             * Format: int32
             * @description Rows of the file.
             */
            file_rows: number;
            /** @description What is said about the file as a whole. */
            notes: string[];
            /** @description At most 2,000. */
            rows: components["schemas"]["ImportRow"][];
            /** @description There are more rows than listed. */
            truncated: boolean;
        };
        /** @description One row of the difference. */
        ImportRow: {
            /** @description As it would be. */
            after: string | null;
            /** @description As it is. */
            before: string | null;
            /** @description Which field. */
            field: string | null;
            /** @description Why, in words. */
            reason: string;
            /**
             * Format: int32
             * @description Row of the file, header = 1.
             */
            row: number | null;
            /** @description Name of the place. */
            site: string;
            /** @description `added`, `changed`, `repaired`, `doubtful`, `unreadable`, `missing`. */
            what: string;
        };
        /** @description The newest message of a room. */
        LastMessage: {
            /**
             * Format: int64
             * @description Unix ms.
             */
            at_ms: number;
            /** @description Name of its author. */
            author: string;
            /** @description Mine. */
            mine: boolean;
            /** @description With a photo. */
            photo: boolean;
            /**
             * Format: int32
             * @description Who has read it.
             */
            read_count: number;
            /** @description Its text. */
            text: string;
            /** @description Taken back. */
            withdrawn: boolean;
        };
        /** @description A line that went or came back. */
        LineNote: {
            /**
             * Format: int32
             * @description What arrived with it.
             */
            arrived: number;
            /**
             * Format: int64
             * @description Unix ms.
             */
            at_ms: number;
            /** @description `cut`, `back`. */
            kind: string;
        };
        /** @description This node's line. */
        Link: {
            /**
             * Format: int32
             * @description Headquarters: shelters with a line.
             */
            connected_sites: number;
            /**
             * Format: int32
             * @description Headquarters: shelters that are cut off or stalled.
             */
            cut_sites: number;
            /**
             * Format: int64
             * @description Seconds until photos are through, if known.
             */
            estimate_photo_s: number | null;
            /**
             * Format: int64
             * @description Seconds until text is through, if known.
             */
            estimate_text_s: number | null;
            /** @description To headquarters. */
            hq: components["schemas"]["HqLink"];
            /** @description What headquarters lacks. */
            waiting: components["schemas"]["Waiting"];
        };
        /** @description One thing an open screen is told. */
        LiveEvent: {
            /**
             * Format: int32
             * @description Headquarters: shelters with a line.
             */
            connected_sites: number;
            /** @description Badges. */
            counts: components["schemas"]["Counts"];
            /**
             * Format: int32
             * @description Headquarters: shelters cut off.
             */
            cut_sites: number;
            /** @description The line to headquarters. */
            hq: components["schemas"]["HqLink"];
            /**
             * Format: int64
             * @description The node's corrected time, Unix ms.
             */
            now_ms: number;
            /** @enum {string} */
            type: "beat";
            /**
             * Format: int64
             * @description What waits for headquarters, without marks.
             */
            waiting: number;
        } | {
            /** @description The message. */
            message: components["schemas"]["Message"];
            /** @description The room. */
            room: string;
            /** @enum {string} */
            type: "message";
        } | {
            /** @description `rooms`, `room:<id>`, `bulletins`, `safety`, `reports`, `link`, `nodes`, `shelters`, `accounts`. */
            topics: string[];
            /** @enum {string} */
            type: "changed";
        };
        /** @description What is typed. */
        LogIn: {
            /** @description ID. */
            login: string;
            /** @description Password. */
            password: string;
            /** @description A program wants the token in the answer instead of a cookie. */
            program?: boolean;
        };
        /** @description A mark of a call. */
        MarkCall: {
            /** @description What was said. */
            answer?: string | null;
            /** @description 16 characters base64url. */
            client_id: string;
            /** @description `calling`, `reached`, `not_reached`, `wrong_number`, `takes_care`, `clear`. */
            mark: string;
        };
        /** @description Who one is, and where. */
        Me: {
            /**
             * Format: int32
             * @description Number of the account.
             */
            account: number;
            /** @description Asked by safety checks. */
            asked_safety: boolean;
            /** @description ID. */
            login: string;
            /** @description Name on screens. */
            name: string;
            /** @description This node's id. */
            node: string;
            /** @description Its name. */
            node_name: string;
            /** @description `hq`, `shelter`, `relay`. */
            node_role: string;
            /** @description `admin`, `publisher`, `shelter`, `field`. */
            role: string;
        };
        /** @description A message. */
        Message: {
            /**
             * Format: int64
             * @description Unix ms, corrected.
             */
            at_ms: number;
            /** @description Who wrote it. */
            author: components["schemas"]["Person"];
            /**
             * Format: int64
             * @description Until when I may take it back.
             */
            can_withdraw_until_ms: number | null;
            /** @description The outbox item it was. */
            client_id: string;
            /**
             * Format: int64
             * @description Arrival number here.
             */
            cursor: number;
            /** @description How far it got. */
            delivery: components["schemas"]["Delivery"];
            /** @description Its id. */
            id: string;
            /** @description I wrote it. */
            mine: boolean;
            photo: null | components["schemas"]["Photo"];
            /**
             * Format: int32
             * @description Who has read it, without me.
             */
            read_count: number;
            /**
             * Format: int32
             * @description Who could.
             */
            reader_total: number;
            reply_to: null | components["schemas"]["Quote"];
            /** @description The room. */
            room: string;
            /** @description Its text; empty when taken back. */
            text: string;
            /** @description 時刻不確か. */
            time_doubtful: boolean;
            /** @description Taken back. */
            withdrawn: boolean;
            /**
             * Format: int64
             * @description When it was written, if it waited.
             */
            written_ms: number | null;
        };
        /** @description A page of a room. */
        MessagePage: {
            /**
             * Format: int64
             * @description For the next `after`, and for 既読.
             */
            cursor: number;
            /** @description Where 「ここから新しいメッセージ」 stands. */
            first_unread: string | null;
            /** @description When the line went and came back. */
            lines: components["schemas"]["LineNote"][];
            /** @description Oldest first (display order); with `after` in order of arrival. */
            messages: components["schemas"]["Message"][];
            /** @description Older ones exist. */
            more_before: boolean;
            /** @description The room. */
            room: components["schemas"]["Room"];
        };
        /** @description My own answer. */
        MyAnswer: {
            /** @description `safe`, `hurt`, `help`. */
            answer: string;
            /**
             * Format: int64
             * @description Unix ms.
             */
            at_ms: number;
            /** @description Headquarters has it on disk. */
            hq: boolean;
            /** @description After the deadline. */
            late: boolean;
            /** @description One remark. */
            note: string;
        };
        /** @description The nearest place of the shelter list. */
        Nearest: {
            /**
             * Format: int32
             * @description How far, in metres.
             */
            distance_m: number;
            /** @description Its name. */
            name: string;
        };
        /** @description A new account. */
        NewAccount: {
            /** @description 16 characters base64url. */
            client_id: string;
            /** @description ID. */
            login: string;
            /** @description Name on screens. */
            name: string;
            /** @description Ids of nodes where it may log in. */
            nodes: string[];
            /** @description As dialled. */
            phone?: string | null;
            /** @description 責任者 of its shelter. */
            responsible?: boolean;
            /** @description `admin`, `publisher`, `shelter`, `field`. */
            role: string;
        };
        /** @description An answer. */
        NewAnswer: {
            /** @description `safe`, `hurt`, `help`, `withdrawn`. */
            answer: string;
            /** @description 16 characters base64url. */
            client_id: string;
            /** @description One remark. */
            note?: string;
            /**
             * Format: int64
             * @description When it was tapped, if it waited.
             */
            written_ms?: number | null;
        };
        /** @description A new bulletin, or the correction of one. */
        NewBulletin: {
            /** @description 16 characters base64url. */
            client_id: string;
            /** @description 訓練. */
            drill: boolean;
            /**
             * Format: int32
             * @description Minutes until 了解 is due.
             */
            due_minutes?: number | null;
            /** @description `confirmed`, `notice`. */
            kind: string;
            /**
             * Format: int32
             * @description 1 to 5.
             */
            level?: number | null;
            /** @description 必読. */
            must_read: boolean;
            /** @description Ids of shelters; absent: everybody. */
            nodes?: string[] | null;
            /** @description One point per line. */
            points: string[];
            /** @description On the board. */
            public: boolean;
            /** @description Up to 40 characters. */
            title: string;
        };
        /** @description A new device. */
        NewDevice: {
            /** @description 16 characters base64url. */
            client_id: string;
            /** @description Small letters, digits, `-`, `_`. */
            login: string;
            /** @description Name on screens. */
            name: string;
        };
        /** @description A new invitation. */
        NewInvitation: {
            /** @description 16 characters base64url. */
            client_id: string;
            /** @description Name of the node. */
            name: string;
            /** @description `shelter`, `relay`. */
            role: string;
        };
        /** @description A new message. */
        NewMessage: {
            /** @description 16 characters base64url. */
            client_id: string;
            /** @description Hash of an uploaded photo. */
            photo?: string | null;
            /** @description Id of a message. */
            reply_to?: string | null;
            /** @description May be empty with a photo. */
            text: string;
            /**
             * Format: int64
             * @description When it was written, Unix ms by the node's clock.
             */
            written_ms?: number | null;
        };
        /** @description A place that was typed or chosen. */
        NewPlace: {
            /**
             * Format: double
             * @description Degrees north.
             */
            lat: number;
            /**
             * Format: double
             * @description Degrees east.
             */
            lon: number;
            /** @description Name, may be empty. */
            name?: string;
            /** @description `photo`, `list`, `finger`. */
            source: string;
        };
        /** @description A new report. */
        NewReport: {
            /** @description 16 characters base64url. */
            client_id: string;
            /**
             * Format: int32
             * @description 0 to 4.
             */
            depth?: number | null;
            /** @description 訓練. */
            drill?: boolean;
            /** @description Hashes of uploaded photos. */
            photos: string[];
            place?: null | components["schemas"]["NewPlace"];
            /** @description One remark. */
            remark?: string;
            /** @description `flood`, `river`, `slide`, `other`. */
            what: string;
            /**
             * Format: int64
             * @description When it was written, Unix ms by the node's clock.
             */
            written_ms?: number | null;
        };
        /** @description A new room. */
        NewRoom: {
            /** @description The room of everybody. */
            all?: boolean;
            /** @description 16 characters base64url. */
            client_id: string;
            /** @description Numbers of accounts. */
            members: number[];
            /** @description Its name. */
            name: string;
        };
        /** @description A room with unread messages. */
        News: {
            /**
             * Format: int64
             * @description Unix ms.
             */
            at_ms: number;
            /** @description Author of the newest message. */
            author: string;
            /** @description The room. */
            room: string;
            /** @description Its name. */
            room_name: string;
            /** @description Its text. */
            text: string;
            /**
             * Format: int32
             * @description How many.
             */
            unread: number;
        };
        /** @description A new check. */
        NewSafety: {
            /** @description 16 characters base64url. */
            client_id: string;
            /** @description 訓練. */
            drill?: boolean;
            /**
             * Format: int32
             * @description 1 to 60; absent: 5.
             */
            minutes?: number | null;
            /** @description Ids of nodes whose people are asked; absent: everybody. */
            nodes?: string[] | null;
            /** @description The question. */
            text: string;
        };
        /** @description One other node. */
        NodeDelivery: {
            /** @description The line to it. */
            link: components["schemas"]["HqLink"];
            /** @description Its name. */
            name: string;
            /** @description Has it on disk. */
            reached: boolean;
            /**
             * Format: int64
             * @description Since when, Unix ms.
             */
            reached_ms: number | null;
            /** @description Its role. */
            role: string;
        };
        /** @description What anybody may know of this node. */
        NodeInfo: {
            /** @description `trusted`, `holdover`, `untrusted`. */
            clock: string;
            /** @description Started by `noroshi demo`. */
            demo: boolean;
            demo_login: null | components["schemas"]["DemoLogin"];
            /** @description A drill is on. */
            drill: boolean;
            /** @description Its id. */
            id: string;
            /** @description Languages of the interface. */
            languages: string[];
            /** @description Its name. */
            name: string;
            /**
             * Format: int64
             * @description Corrected time, Unix ms.
             */
            now_ms: number;
            /** @description The organisation. */
            org_name: string;
            /** @description `hq`, `shelter`, `relay`. */
            role: string;
            /** @description Address that works when headquarters' screens refuse plain http. */
            secure_hint: string | null;
            /** @description Program version. */
            version: string;
        };
        /** @description A node in headquarters' overview. */
        NodeRow: {
            contact: null | components["schemas"]["Contact"];
            /** @description Its id. */
            id: string;
            /** @description What is expected from it. */
            in: components["schemas"]["Expected"];
            /** @description Its line. */
            link: components["schemas"]["HqLink"];
            /** @description Its name. */
            name: string;
            /**
             * Format: int32
             * @description Must-read bulletins that somebody there has not acknowledged.
             */
            open_must_reads: number;
            /** @description What waits towards it. */
            out: components["schemas"]["Waiting"];
            /**
             * Format: int32
             * @description Accounts that may log in there.
             */
            people: number;
            /** @description `hq`, `shelter`, `relay`. */
            role: string;
            site: null | components["schemas"]["NodeSite"];
        };
        /** @description All nodes. */
        Nodes: {
            /** @description Headquarters first. */
            nodes: components["schemas"]["NodeRow"][];
        };
        /** @description A place in the shelter list where a node stands. */
        NodeSite: {
            /**
             * Format: int32
             * @description People it takes.
             */
            capacity: number | null;
            /** @description Its name. */
            name: string;
        };
        /** @description Somebody who hasn't. */
        NotRead: components["schemas"]["Person"] & {
            /** @description It lies on a node where this account may log in. */
            delivered: boolean;
        };
        /** @description Somebody, by role and place rather than by personal name. */
        Person: {
            /**
             * Format: int32
             * @description Number of the account.
             */
            account: number;
            /** @description Name on screens. */
            name: string;
            /** @description Name of the node where it may log in first. */
            node_name: string;
            /** @description `admin`, `publisher`, `shelter`, `field`. */
            role: string;
        };
        /** @description Somebody with the telephone number that this node may know. */
        PersonPhone: components["schemas"]["Person"] & {
            /** @description As dialled. */
            phone: string | null;
        };
        /** @description One person. */
        PersonStatus: {
            /**
             * Format: int32
             * @description Number of the account.
             */
            account: number;
            /**
             * Format: int64
             * @description Unix ms of that state.
             */
            at_ms: number | null;
            /** @description Name on screens. */
            name: string;
            /** @description As dialled. */
            phone: string | null;
            phoned: null | components["schemas"]["PhonedBy"];
            /** @description Role. */
            role: string;
            /** @description `acked`, `read`, `unread`, `not_delivered`. */
            state: string;
        };
        /** @description Told by telephone. */
        Phoned: {
            /**
             * Format: int32
             * @description Who was told.
             */
            account: number;
            /** @description 16 characters base64url. */
            client_id: string;
        };
        /** @description Told by telephone. */
        PhonedBy: {
            /**
             * Format: int64
             * @description Unix ms.
             */
            at_ms: number;
            /** @description Who called. */
            by: string;
        };
        /** @description A photo of a message or report, and what of it lies on this node. */
        Photo: components["schemas"]["PhotoSeen"] & {
            /**
             * Format: int32
             * @description How much of the original is here.
             */
            arriving_percent: number;
            /** @description `here`, `arriving`, `away`. */
            original: string;
            /** @description The preview is here. */
            preview: boolean;
            /** @description The thumbnail is here. */
            thumbnail: boolean;
        };
        /** @description Where it was taken. */
        PhotoPosition: {
            /**
             * Format: int32
             * @description How wrong that may be, in metres.
             */
            accuracy_m: number | null;
            /**
             * Format: double
             * @description Degrees north.
             */
            lat: number;
            /**
             * Format: double
             * @description Degrees east.
             */
            lon: number;
        };
        /** @description What was seen in an upload. */
        PhotoSeen: {
            /**
             * Format: int64
             * @description Its size.
             */
            bytes: number;
            /** @description `jpeg`, `png`, `webp`, `heic`. */
            format: string;
            /** @description A preview could be made. */
            has_preview: boolean;
            /** @description Its name. */
            hash: string;
            /**
             * Format: int32
             * @description Upright height in pixels.
             */
            height: number;
            position: null | components["schemas"]["PhotoPosition"];
            taken: null | components["schemas"]["Taken"];
            /**
             * Format: int32
             * @description Upright width in pixels.
             */
            width: number;
        };
        /** @description A refusal as it stands in the body. */
        Problem: {
            /** @description Stable code: programs match this, never the sentence. */
            code: string;
            /** @description One sentence in the language of the request: what happened, what is safe, what to do. */
            detail: string;
            /** @description For whoever wrote the program: what in the request is wrong. */
            hint?: string | null;
            /** @description Under which the log has it, for defects. */
            id?: string | null;
            /**
             * Format: int64
             * @description When a retry may help, in seconds.
             */
            retry_after_s?: number | null;
            /**
             * Format: int32
             * @description HTTP status.
             */
            status: number;
            /** @description The code as English words. */
            title: string;
            /** @description `urn:noroshi:problem:` and the code. */
            type: string;
        };
        /** @description A quoted message. */
        Quote: {
            /** @description Name of its author. */
            author: string;
            /** @description Its id. */
            id: string;
            /** @description Its text. */
            text: string;
        };
        /** @description Somebody who has read it. */
        Reader: components["schemas"]["Person"] & {
            /**
             * Format: int64
             * @description Unix ms.
             */
            at_ms: number;
        };
        /** @description Everything that arrived up to here is read. */
        ReadUpto: {
            /** @description 16 characters base64url. */
            client_id: string;
            /**
             * Format: int64
             * @description A cursor of a page.
             */
            upto: number;
        };
        /** @description Whom it is for. */
        Recipients: {
            /** @description Everybody. */
            all: boolean;
            /** @description Names of shelters. */
            names: string[];
        };
        /** @description A report. */
        Report: {
            /**
             * Format: int64
             * @description Unix ms.
             */
            at_ms: number;
            /** @description Who reported. */
            author: components["schemas"]["Person"];
            /** @description The outbox item it was. */
            client_id: string;
            /**
             * Format: int32
             * @description 0 to 4.
             */
            depth: number | null;
            /** @description 訓練. */
            drill: boolean;
            /** @description Headquarters has it on disk. */
            hq: boolean;
            /** @description Its id. */
            id: string;
            /** @description I did. */
            mine: boolean;
            /**
             * Format: int32
             * @description Number on this node's screens.
             */
            no: number;
            /** @description Its photos. */
            photos: components["schemas"]["Photo"][];
            place: null | components["schemas"]["ReportPlace"];
            /** @description One remark. */
            remark: string;
            seen: null | components["schemas"]["SeenBy"];
            /** @description 時刻不確か. */
            time_doubtful: boolean;
            /** @description `flood`, `river`, `slide`, `other`. */
            what: string;
            /**
             * Format: int64
             * @description When it was written, if it waited.
             */
            written_ms: number | null;
        };
        /** @description Where something was seen. */
        ReportPlace: {
            /**
             * Format: double
             * @description Degrees north.
             */
            lat: number;
            /**
             * Format: double
             * @description Degrees east.
             */
            lon: number;
            /** @description Name, may be empty. */
            name: string;
            nearest: null | components["schemas"]["Nearest"];
            /** @description `photo`, `list`, `finger`, `hq`. */
            source: string;
        };
        /** @description All reports that the actor may see. */
        Reports: {
            /** @description Newest first. */
            reports: components["schemas"]["Report"][];
        };
        /** @description 責任者 of a shelter. */
        Responsible: {
            /**
             * Format: int64
             * @description Unix ms.
             */
            acked_ms: number | null;
            /**
             * Format: int64
             * @description Unix ms.
             */
            phoned_ms: number | null;
        };
        /** @description A room in one's list. */
        Room: {
            /** @description The room of everybody. */
            all: boolean;
            /** @description Its id. */
            id: string;
            last: null | components["schemas"]["LastMessage"];
            /** @description All members sit on this node. */
            local: boolean;
            /** @description Who is in it. */
            members: components["schemas"]["Person"][];
            /** @description Its name. */
            name: string;
            /** @description 本部 ⇄ own shelter stands on top. */
            pinned: boolean;
            /** @description Whose room: colour of its glyph. */
            place_role: string;
            /**
             * Format: int32
             * @description Messages of others that I have not read.
             */
            unread: number;
        };
        /** @description My rooms. */
        Rooms: {
            /** @description By last message. */
            rooms: components["schemas"]["Room"][];
        };
        /** @description A safety check in a list. */
        SafetyCheck: {
            /** @description I am asked. */
            asked_me: boolean;
            /**
             * Format: int64
             * @description Unix ms.
             */
            closed_ms: number | null;
            /**
             * Format: int64
             * @description Unix ms.
             */
            deadline_ms: number;
            /** @description 訓練. */
            drill: boolean;
            /** @description Its id. */
            id: string;
            /** @description Who asks. */
            issuer: string;
            mine: null | components["schemas"]["MyAnswer"];
            /**
             * Format: int32
             * @description 第n回.
             */
            no: number;
            /**
             * Format: int64
             * @description Unix ms.
             */
            opened_ms: number;
            /** @description The question. */
            text: string;
            totals: null | components["schemas"]["SafetyTotals"];
        };
        /** @description All checks. */
        SafetyChecks: {
            /** @description Newest first. */
            checks: components["schemas"]["SafetyCheck"][];
        };
        /** @description One check with its people. */
        SafetyDetail: components["schemas"]["SafetyCheck"] & {
            /** @description Everybody that the actor may see. */
            people: components["schemas"]["SafetyPerson"][];
        };
        /** @description One person in a check. */
        SafetyPerson: components["schemas"]["Person"] & {
            /** @description `safe`, `hurt`, `help`. */
            answer: string | null;
            /**
             * Format: int64
             * @description Unix ms.
             */
            at_ms: number | null;
            /** @description Who recorded it on the telephone. */
            by_proxy: string | null;
            /** @description All that was said, oldest first. */
            history: components["schemas"]["Said"][];
            /** @description After the deadline. */
            late: boolean;
            /** @description One remark. */
            note: string;
            /** @description As dialled. */
            phone: string | null;
            /** @description `answered`, `not_delivered`, `delivered`, `read`. */
            state: string;
        };
        /** @description Counts of a check. */
        SafetyTotals: {
            /**
             * Format: int32
             * @description Answered.
             */
            answered: number;
            /**
             * Format: int32
             * @description 支援が必要.
             */
            help: number;
            /**
             * Format: int32
             * @description けが.
             */
            hurt: number;
            /**
             * Format: int32
             * @description Of them: the question has not reached their node.
             */
            not_delivered: number;
            /**
             * Format: int32
             * @description 無事.
             */
            safe: number;
            /**
             * Format: int32
             * @description Asked.
             */
            total: number;
            /**
             * Format: int32
             * @description Not answered.
             */
            unanswered: number;
        };
        /** @description One earlier answer. */
        Said: {
            /** @description `safe`, `hurt`, `help`, `withdrawn`. */
            answer: string;
            /**
             * Format: int64
             * @description Unix ms.
             */
            at_ms: number;
            /** @description By whom. */
            by: string;
        };
        /** @description Seen by headquarters. */
        SeenBy: {
            /**
             * Format: int64
             * @description Unix ms.
             */
            at_ms: number;
            /** @description By whom. */
            by: string;
        };
        /** @description A session that began. */
        Session: {
            /** @description Who one is. */
            me: components["schemas"]["Me"];
            /** @description For programs only. */
            token: string | null;
        };
        /** @description What the panel asks for. */
        SetLine: {
            /** @description False cuts. */
            up: boolean;
        };
        /** @description A better place. */
        SetPlace: {
            /** @description 16 characters base64url. */
            client_id: string;
            /**
             * Format: double
             * @description Degrees north.
             */
            lat: number;
            /**
             * Format: double
             * @description Degrees east.
             */
            lon: number;
            /** @description Name, may be empty. */
            name?: string;
        };
        /** @description 確認した. */
        SetSeen: {
            /** @description 16 characters base64url. */
            client_id: string;
            /** @description Seen, or not after all. */
            seen: boolean;
        };
        /** @description A place of the shelter list. */
        Site: {
            /** @description As written. */
            address: string;
            /**
             * Format: int32
             * @description People it takes.
             */
            capacity: number | null;
            /** @description Hazards it is designated for. */
            hazards: string[];
            /** @description 名称_カナ. */
            kana: string | null;
            /** @description Its name for good. */
            key: string;
            /**
             * Format: double
             * @description Degrees north.
             */
            lat: number | null;
            /**
             * Format: double
             * @description Degrees east.
             */
            lon: number | null;
            /** @description 名称. */
            name: string;
            /** @description The node that stands there. */
            node: string | null;
            /** @description As dialled. */
            phone: string | null;
        };
        /** @description The shelter list. */
        Sites: {
            /** @description By key. */
            sites: components["schemas"]["Site"][];
        };
        /** @description When the camera says it was taken. */
        Taken: {
            /** @description `2026-11-23T20:15:00`. */
            civil: string;
            /** @description The camera's clock is doubtful. */
            doubtful: boolean;
            /**
             * Format: int32
             * @description Offset from UTC in minutes.
             */
            offset_minutes: number | null;
        };
        /** @description What waits. */
        Waiting: {
            /**
             * Format: int64
             * @description 了解, answers, notices, accounts.
             */
            answers: number;
            /**
             * Format: int64
             * @description 既読.
             */
            marks: number;
            /**
             * Format: int64
             * @description Messages.
             */
            messages: number;
            /**
             * Format: int64
             * @description Their bytes.
             */
            photo_bytes: number;
            /**
             * Format: int64
             * @description Photos (all renditions).
             */
            photos: number;
            /**
             * Format: int64
             * @description Reports.
             */
            reports: number;
            /**
             * Format: int64
             * @description Everything but marks.
             */
            total: number;
        };
        /** @description Takes one's own message back. */
        Withdraw: {
            /** @description 16 characters base64url. */
            client_id: string;
        };
        /** @description Takes a bulletin back. */
        WithdrawBulletin: {
            /** @description 16 characters base64url. */
            client_id: string;
            /** @description Shown to everybody. */
            reason: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_accounts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accounts"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_accounts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAccount"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountRow"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_accounts_account_credential: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClientIdOnly"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GivenPassword"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_accounts_account_disable: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClientIdOnly"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_bulletins: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bulletins"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_bulletins: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewBulletin"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulletinDetail"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_bulletins_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulletinDetail"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_bulletins_id_ack: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Ack"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bulletin"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_bulletins_id_phoned: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Phoned"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_bulletins_id_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClientIdOnly"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_bulletins_id_status: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulletinStatus"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_bulletins_id_supersede: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewBulletin"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulletinDetail"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_bulletins_id_withdraw: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WithdrawBulletin"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulletinDetail"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_demo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DemoState"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_demo_lines_node: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                node: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetLine"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DemoState"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_devices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Devices"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_devices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDevice"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GivenDevice"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_home: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Home"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_join: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": components["schemas"]["FileBytes"];
            };
        };
        responses: {
            /** @description Noise message 2 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": components["schemas"]["FileBytes"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_link: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Link"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description WebSocket; each text message is one event */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiveEvent"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_messages_id_delivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryDetail"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_messages_id_withdraw: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Withdraw"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_node: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeInfo"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_nodes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Nodes"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_nodes_invitations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewInvitation"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GivenTicket"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_openapi_json: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_photos: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description JPEG, PNG, WebP, HEIC */
        requestBody: {
            content: {
                "image/*": components["schemas"]["FileBytes"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PhotoSeen"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_photos_hash_rendition: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                hash: string;
                /** @description thumbnail, preview, original */
                rendition: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/*": components["schemas"]["FileBytes"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_reports: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reports"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_reports: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewReport"];
            };
        };
        responses: {
            /** @description The same answer to a retry */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_reports_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_reports_id_original: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClientIdOnly"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_reports_id_place: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetPlace"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_reports_id_status: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetSeen"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_rooms: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rooms"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_rooms: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRoom"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Room"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_rooms_room_messages: {
        parameters: {
            query?: {
                /** @description Arrived after this cursor. */
                after?: number | null;
                /** @description Older than this message. */
                before?: string | null;
                /** @description At most so many. */
                limit?: number | null;
            };
            header?: never;
            path: {
                room: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagePage"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_rooms_room_messages: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                room: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMessage"];
            };
        };
        responses: {
            /** @description The same answer to a retry */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_rooms_room_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                room: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReadUpto"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_safety: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SafetyChecks"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_safety: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSafety"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SafetyDetail"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_safety_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SafetyDetail"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_safety_id_answer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAnswer"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SafetyCheck"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_safety_id_calls: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallList"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_safety_id_calls_account: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account: number;
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MarkCall"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallList"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_safety_id_close: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClientIdOnly"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SafetyDetail"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_safety_id_deadline: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddMinutes"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SafetyDetail"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LogIn"];
            };
        };
        responses: {
            /** @description Also sets the cookie, unless `program` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_shelters: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sites"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_shelters_import: {
        parameters: {
            query?: {
                /** @description Only show the difference. */
                dry_run?: boolean;
                /** @description Only rows of this municipality (6 digits). */
                municipality?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description CSV or .xlsx */
        requestBody: {
            content: {
                "application/octet-stream": components["schemas"]["FileBytes"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportDifference"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}

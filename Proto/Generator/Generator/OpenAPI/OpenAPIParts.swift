internal import Wire

/// What all operations share: problems, headers and how callers prove who they are.
enum OpenAPIParts {
    /// The statuses that a method may be refused with, as the keys of responses.
    static func problems(for method: ProtoMethod) -> [String] {
        var names = ["400"]
        if case .scopes = method.access { names += ["401", "403"] }
        return names + ["404", "409", "429", "503", "default"]
    }

    /// What each answer says of the caller's quota.
    static let quotaHeaders: JSONText = [
        "RateLimit": reference("headers", "RateLimit"),
        "RateLimit-Policy": reference("headers", "RateLimit-Policy"),
        "X-Request-Id": reference("headers", "X-Request-Id"),
    ]

    private static func reference(_ kind: String, _ name: String) -> JSONText {
        ["$ref": .string("#/components/\(kind)/\(name)")]
    }

    static let headers: JSONText = [
        "RateLimit": header(
            "What is left of the quota, and in how many seconds it is whole again.",
            example: "\"default\";r=598;t=12"
        ),
        "RateLimit-Policy": header(
            "The quota, and in how many seconds it comes back.",
            example: "\"default\";q=600;w=60"
        ),
        "Retry-After": header("After how many seconds to try again.", example: "2"),
        "X-Request-Id": header("What the request is called in our logs.", example: "01J9Z3"),
    ]

    private static func header(_ description: String, example: String) -> JSONText {
        [
            "description": .string(description), "schema": ["type": "string"],
            "example": .string(example),
        ]
    }

    static let responses: JSONText = [
        "400": problem("The request is wrong; `violations` says where."),
        "401": problem("There is no credential, or it does not count."),
        "403": problem("The credential does not allow this."),
        "404": problem("There is no such thing, or not for this caller."),
        "409": problem("What is there does not allow this, or others got in between."),
        "429": problem("The quota is used up.", retry: true),
        "503": problem("Nobody can serve this now.", retry: true),
        "default": problem("Anything else that went wrong."),
    ]

    private static func problem(_ description: String, retry: Bool = false) -> JSONText {
        let headers =
            retry
            ? quotaHeaders.adding(("Retry-After", reference("headers", "Retry-After")))
            : quotaHeaders
        return [
            "description": .string(description),
            "headers": headers,
            "content": [
                "application/problem+json": ["schema": reference("schemas", "Problem")]
            ],
        ]
    }

    static let securitySchemes: JSONText = [
        "bearer": [
            "type": "http", "scheme": "bearer",
            "description": "An API key, as `Authorization: Bearer sxt_live_…`.",
        ],
        "apiKey": [
            "type": "apiKey", "in": "header", "name": "x-api-key",
            "description": "An API key.",
        ],
    ]

    /// What went wrong (RFC 9457).
    static let problem: JSONText = [
        "type": "object",
        "description": "What went wrong (RFC 9457).",
        "required": ["type", "title", "status", "code"],
        "properties": [
            "type": text("A name for the kind of problem.", format: "uri-reference"),
            "title": text("The kind of problem in words."),
            "status": ["type": "integer", "description": "The HTTP status."],
            "detail": text("What went wrong this time."),
            "instance": text("The path that was asked.", format: "uri-reference"),
            "code": text("The name of the status in gRPC, as `NOT_FOUND`."),
            "reason": text("Why, in one word that does not change."),
            "violations": [
                "type": "array",
                "description": "What is wrong with the request.",
                "items": [
                    "type": "object",
                    "properties": [
                        "field": text("Where."), "description": text("What is wrong there."),
                    ],
                ],
            ],
            "requestId": text("What the request is called in our logs."),
        ],
    ]

    private static func text(_ description: String, format: String? = nil) -> JSONText {
        .members(
            ("type", "string"),
            ("format", format.map { .string($0) }),
            ("description", .string(description))
        )
    }
}

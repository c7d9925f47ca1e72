internal import Glibc
internal import Net

extension Subcommand {
    static let call = Subcommand(
        name: "call",
        words: "SERVICE/METHOD [JSON]",
        wordCount: 1...2,
        summary:
            "Calls a method of any service by reflection: JSON in, an object on each line out.",
        details: """
            SERVICE is a contract's full name, or as much of its end as is clear. JSON is the
            request; - reads it from standard input; without it the request is empty. With --tenant
            the call is made as the gateway makes it, with the scopes that the method asks for.
            """,
        options: [
            Option(
                name: "--at",
                value: "WHERE",
                meaning:
                    "A service of the installation, as ingest, its administration, or an address, "
                    + "as 127.0.0.1:50051."
            ),
            Option(name: "--tenant", value: "SLUG", meaning: "For whom; nobody by default."),
            Option(
                name: "--key",
                value: "KEY",
                meaning: "The API key for a gateway, the token for administration; by default the "
                    + "demo tenant's and the first operator's."
            ),
            Option(name: "--timeout", value: "SECONDS", meaning: "30 by default."),
        ]
    ) { context in
        var request = context.word(1) ?? "{}"
        if request == "-" {
            let limit = 64 << 20
            guard let bytes = try FileSystem.read("/dev/stdin", upTo: limit) else {
                throw CommandFailure.usage("standard input cannot be read")
            }
            request = String(decoding: bytes, as: UTF8.self)
        }
        try await ReflectedCall(context, context.word(0) ?? "", request).run()
    }
}

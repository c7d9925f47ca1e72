internal import Net
internal import Tenancy

extension Subcommand {
    static let up = Subcommand(
        name: "up",
        summary: "Starts everything: the database, the services, and the edge if it is installed.",
        details: """
            What runs already is left alone. Ports that are taken are replaced by free ones, unless
            they are asked for. It listens on the loopback interface unless --host says otherwise.
            """,
        options: [
            Option(name: "--port", value: "PORT", meaning: "Where HTTP/1.1 and HTTP/2 come in."),
            Option(name: "--gateway-port", value: "PORT", meaning: "Where plain HTTP/2 comes in."),
            Option(name: "--metrics-port", value: "PORT", meaning: "Where metrics are told."),
            Option(
                name: "--host",
                value: "ADDRESS",
                meaning: "The address that the outside reaches."
            ),
            Option(
                name: "--documentation",
                value: "FOLDER",
                meaning: "Where Swagger UI is, to be shown at /docs."
            ),
            Option(name: "--no-demo", meaning: "Makes no tenant for trying things out."),
            Option(name: "--no-edge", meaning: "Starts no edge, even if it is installed."),
        ]
    ) { context in
        try await InstallationStart(context).run()
    }
}

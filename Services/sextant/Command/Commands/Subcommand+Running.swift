internal import Glibc
internal import Lifecycle
internal import Net
internal import Platform

// Commands on what runs.
extension Subcommand {
    static let down = Subcommand(
        name: "down",
        summary: "Stops everything, and leaves nothing running.",
        options: [
            Option(name: "--delete-data", meaning: "Removes the data folder too, with all in it.")
        ]
    ) { context in
        let folder = context.folder
        guard FileSystem.exists(folder.path) else {
            context.terminal.note("there is nothing in \(folder.path)")
            return
        }
        // Nothing of anybody else's is changed, or removed, by a slip of the hand.
        try folder.make()
        let lock = try folder.lock()
        for daemon in folder.daemons {
            try await context.terminal.stage(daemon.name) {
                guard try daemon.running() != nil else { return "not running" }
                return try daemon.stop(within: .seconds(30)) ? "stopped" : "had to be killed"
            }
        }
        // Whoever was killed has left them.
        for name in FileSystem.names(in: folder.run) where !name.hasSuffix(".pid") {
            try FileSystem.remove("\(folder.run)/\(name)")
        }
        if context.arguments.has("--delete-data") {
            try await context.terminal.stage("Data") {
                try FileSystem.removeTree(folder.path)
                return "removed"
            }
        }
        _ = consume lock
    }

    static let status = Subcommand(
        name: "status",
        summary:
            "Says what runs, where it is reached, and by which key; exits with 1 if it is down.",
        options: [
            Option(
                name: "--output",
                short: "-o",
                value: "FORM",
                meaning: "json, or env for lines that a shell reads."
            )
        ]
    ) { context in
        let form = context.arguments.value("--output")
        guard form == nil || form == "json" || form == "env" else {
            throw CommandFailure.usage("--output is \(form ?? ""): expected json or env")
        }
        let status = try await InstallationStatus.find(context.folder)
        if form == "env" {
            context.terminal.print(status.environment)
        } else {
            context.terminal.print(status.json, orElse: status.text)
        }
        guard status.isWell else {
            throw CommandFailure(
                what: "not everything works",
                next: "sextant up --data \(context.folder.path)"
            )
        }
    }

    static let logs = Subcommand(
        name: "logs",
        words: "[SERVICE]",
        wordCount: 0...1,
        summary: "Prints logs: of a service, of `postgres`, of `edge`, or of all services.",
        options: [
            Option(
                name: "--lines",
                short: "-n",
                value: "COUNT",
                meaning: "How many; 100 by default."
            ),
            Option(name: "--follow", short: "-f", meaning: "Goes on until it is interrupted."),
        ]
    ) { context in
        try LogReader(context).run()
    }

    static let serve = Subcommand(
        name: "serve",
        summary: "Runs the services in this process until a signal; `up` starts it.",
    ) { context in
        guard let installation = try Installation.load(context.folder) else {
            throw CommandFailure(
                what: "there is no installation in \(context.folder.path)",
                next: "sextant up --data \(context.folder.path)"
            )
        }
        let keeper = try LogKeeper(context.folder)
        let status = try await HostedServices(context.folder, installation).group.run()
        keeper.stop()
        if status != 0 { throw CommandFailure(what: "the services did not stop in good order") }
    }
}

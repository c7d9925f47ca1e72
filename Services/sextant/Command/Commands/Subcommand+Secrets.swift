internal import Crypto
internal import Glibc
internal import Net
internal import Platform
internal import Schema
internal import Wire

extension Subcommand {
    static let secrets = Subcommand(
        name: "secrets",
        words: "FOLDER",
        wordCount: 1...1,
        summary: "Writes the secrets of an installation of many processes into a folder.",
        details: """
            keys/SERVICE.keys is for that service alone, keys/api-key-peppers for the gateway,
            keys/operators for whoever administers and the process that lets them, and
            keys/context-root, from which the keys of all services come, for nobody who serves. With
            --postgres there are a password for each login, and a connection string for each,
            dsn/SERVICE. What is there already is kept: passwords stay as they are.
            """,
        options: [
            Option(
                name: "--postgres",
                value: "HOST[:PORT]",
                meaning: "Where the database will be."
            ),
            Option(
                name: "--owner",
                value: "NUMBER",
                meaning: "The user that the files are given to."
            ),
        ]
    ) { context in
        let files = try SecretFiles(context)
        try files.make()
        let paths = files.paths
        context.terminal.print(
            .array(paths.map { .string($0) }),
            orElse: paths.joined(separator: "\n")
        )
    }
}

/// The secrets of an installation whose processes are told theirs by whoever runs them.
private struct SecretFiles {
    private let folder: DataFolder
    private let postgres: SocketAddressText?
    private let owner: uid_t?

    /// Where a database is.
    private struct SocketAddressText {
        let host: String
        let port: String
    }

    init(_ context: CommandContext) throws(CommandFailure) {
        folder = try DataFolder(option: context.word(0))
        owner = try context.arguments.number("--owner", in: 0...2_147_483_647).map { uid_t($0) }
        guard let text = context.arguments.value("--postgres") else {
            postgres = nil
            return
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), parts.allSatisfy(Self.isPlain) else {
            throw .usage("--postgres is \(text): expected HOST or HOST:PORT")
        }
        postgres = SocketAddressText(host: parts[0], port: parts.count > 1 ? parts[1] : "5432")
    }

    /// Whether a text needs no quotes in a connection string.
    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    private var folders: [String] {
        [folder.keys]
            + (postgres == nil ? [] : ["passwords", "dsn"].map { "\(folder.path)/\($0)" })
    }

    /// All files, in order.
    var paths: [String] {
        folders.flatMap { folder in FileSystem.names(in: folder).map { "\(folder)/\($0)" } }
    }

    func make() throws {
        for path in [folder.path] + folders {
            try FileSystem.makeFolder(path, mode: 0o700)
            try give(path)
        }
        try InstallationKeys(folder).make()
        if let postgres {
            for login in ["postgres"] + ClusterRoles.logins { try makeLogin(login, postgres) }
        }
        for path in paths { try give(path) }
    }

    /// Makes the password of a login, and its connection string, which is called after the service.
    private func makeLogin(_ login: String, _ place: SocketAddressText) throws {
        let file = "\(folder.path)/passwords/\(login)"
        if !FileSystem.exists(file) {
            let password = StrictBase64.url.encode(SecretBytes(randomCount: 24).bytes)
            try FileSystem.write(file, password + "\n", mode: 0o600)
        }
        let password = (try FileSystem.text(file) ?? "").prefix { $0 != "\n" }
        let name = login.hasPrefix("svc_") ? String(login.dropFirst(4)) : login
        try FileSystem.write(
            "\(folder.path)/dsn/\(name)",
            "host=\(place.host) port=\(place.port) dbname=\(PrivateDatabase.name) user=\(login) "
                + "password=\(password)\n",
            mode: 0o600
        )
    }

    private func give(_ path: String) throws {
        guard let owner else { return }
        try SystemCall.check("chown \(path)", unsafe chown(path, owner, owner))
    }
}

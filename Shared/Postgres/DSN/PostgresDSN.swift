/// Where a database is, and as whom to log in: `postgres://user:password@host:5432/database?…` or
/// `host=… dbname=…`, as libpq reads them.
///
/// Nothing is taken from the environment but what libpq itself looks up for keywords that are not
/// set. Descriptions leave the password out.
public struct PostgresDSN: Sendable, Hashable {
    /// libpq's keywords and their values.
    private let settings: [String: String]

    /// Keywords whose values are not shown.
    private static let secrets: Set<String> = ["password", "sslpassword"]

    /// Reads a connection string.
    ///
    /// - Parameter text: in either of libpq's forms.
    /// - Throws: ``PostgresError`` of the kind `invalidDSN`, which does not quote the text.
    public init(_ text: String) throws(PostgresError) {
        guard text.utf8.count <= 8_192, !text.utf8.contains(0),
            let settings = ConnectionSettings.parse(text)
        else {
            throw PostgresError(.invalidDSN, "the connection string cannot be read")
        }
        self.settings = settings
        if settings["hostaddr"] != nil, settings["host"] == nil { return }
        guard hosts.count == 1 || ports.count <= 1 || ports.count == hosts.count else {
            throw PostgresError(.invalidDSN, "the connection string has other ports than hosts")
        }
    }

    /// The value of a keyword, as `dbname`; nil if it is not set.
    public subscript(keyword: String) -> String? { settings[keyword] }

    /// The same with another value for a keyword.
    ///
    /// - Parameters:
    ///   - keyword: one that libpq knows, as `application_name`.
    ///   - value: its value.
    /// - Returns: another connection string.
    public func with(_ keyword: String, _ value: String) -> PostgresDSN {
        PostgresDSN(settings: settings.merging([keyword: value]) { $1 })
    }

    private init(settings: [String: String]) { self.settings = settings }

    /// The hosts, in the order they are tried; one empty name for libpq's own choice.
    var hosts: [String] { Self.list(settings["host"]) }
    private var ports: [String] { Self.list(settings["port"]) }

    private static func list(_ text: String?) -> [String] {
        (text ?? "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    /// The names among the hosts, which libpq would block to look up.
    var namesToResolve: [String] {
        settings["hostaddr"] != nil
            ? [] : hosts.filter { !$0.isEmpty && !$0.hasPrefix("/") && !$0.hasPrefix("@") }
    }

    /// What libpq is given.
    ///
    /// - Parameter addresses: those of ``namesToResolve``; each is tried.
    /// - Returns: keywords and values, sorted.
    func keywords(resolved addresses: [String: [String]]) -> [(keyword: String, value: String)] {
        var settings = Self.defaults.merging(settings) { $1 }
        if !addresses.isEmpty {
            var names: [String] = [], numbers: [String] = [], ports: [String] = []
            for (index, host) in hosts.enumerated() {
                for address in addresses[host] ?? [""] {
                    names.append(host)
                    numbers.append(address)
                    ports.append(self.ports.count == 1 ? self.ports[0] : self.ports[index])
                }
            }
            settings["host"] = names.joined(separator: ",")
            settings["hostaddr"] = numbers.joined(separator: ",")
            settings["port"] = ports.joined(separator: ",")
        }
        settings["client_encoding"] = "UTF8"
        return settings.sorted { $0.key < $1.key }.map { (keyword: $0.key, value: $0.value) }
    }

    private static let defaults = [
        "application_name": "sextant",
        // Never asked for, and looked for in files first.
        "gssencmode": "disable",
        // A peer that vanished is noticed within a minute, even by a session without a deadline.
        "keepalives_idle": "20", "keepalives_interval": "5", "keepalives_count": "4",
        "tcp_user_timeout": "30000",
    ]
}

extension PostgresDSN: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The keywords that are set, and their values; of secrets only that they are set.
    public var description: String {
        settings.sorted { $0.key < $1.key }
            .map { "\($0.key)=\(Self.secrets.contains($0.key) ? "…" : $0.value)" }
            .joined(separator: " ")
    }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// Nothing: what dumps a value would show the password.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What a configuration is read from besides the defaults: a file, and environment variables, which
/// win.
public struct ConfigurationSources: Sendable {
    /// What the names of environment variables begin with, as `SEXTANT_`.
    public let prefix: String

    /// The variables with the prefix that hold something.
    let variables: [String: String]
    let file: ConfigurationFile?
    /// What was wrong with the sources, before any key was asked for.
    private(set) var problems: ConfigurationError
    /// Variables that are not ours although they have the prefix.
    private let foreign: Set<String>

    /// Gathers sources, and reads the file.
    ///
    /// A variable that is empty counts as one that is not there, as Compose makes empty ones of
    /// those it does not know. What is wrong is told by ``Configurable/load(from:)``, with
    /// everything else.
    ///
    /// - Parameters:
    ///   - prefix: what the names of variables begin with.
    ///   - environment: all variables; those without the prefix are left alone.
    ///   - file: the path of the file; if nil, the variable `CONFIG_FILE` with the prefix may
    ///     name it.
    ///   - foreign: variables with the prefix that are for others.
    public init(
        prefix: String = "SEXTANT_",
        environment: [String: String],
        file: String? = nil,
        ignoring foreign: Set<String> = []
    ) {
        let path = file ?? environment[prefix + Self.fileKey]
        self.init(
            prefix: prefix,
            environment: environment,
            file: path.flatMap { $0.isEmpty ? nil : ConfigurationFile(path: $0) },
            ignoring: foreign
        )
    }

    init(
        prefix: String,
        environment: [String: String],
        file: ConfigurationFile?,
        ignoring foreign: Set<String> = []
    ) {
        self.prefix = prefix
        self.file = file
        self.foreign = foreign
        variables = environment.filter { $0.key.hasPrefix(prefix) && !$0.value.isEmpty }
        problems = file?.problems ?? ConfigurationError()
    }

    /// The sources of this process.
    ///
    /// - Parameters:
    ///   - prefix: what the names of variables begin with.
    ///   - file: the path of the file; if nil, the variable `CONFIG_FILE` with the prefix may
    ///     name it.
    ///   - foreign: variables with the prefix that are for others.
    /// - Returns: the sources.
    public static func ofProcess(
        prefix: String = "SEXTANT_",
        file: String? = nil,
        ignoring foreign: Set<String> = []
    ) -> ConfigurationSources {
        let (variables, unreadable) = ProcessEnvironment.read()
        var sources = ConfigurationSources(
            prefix: prefix,
            environment: variables,
            file: file,
            ignoring: foreign
        )
        for name in unreadable where name.hasPrefix(prefix) && !foreign.contains(name) {
            sources.problems.add(.unreadable, "environment \(name): not UTF-8")
        }
        return sources
    }

    /// What the variable is called, after the prefix, that names the file.
    static let fileKey = "CONFIG_FILE"

    /// What the sources say of a key, and where; nil if nothing.
    func find(_ key: String) -> (text: String, source: ConfigurationSource)? {
        inEnvironment(key) ?? inFile(key)
    }

    /// What the environment says of a key.
    func inEnvironment(_ key: String) -> (text: String, source: ConfigurationSource)? {
        let variable = ConfigurationKey.variable(key, prefix: prefix)
        return variables[variable].map { ($0, .environment(variable: variable)) }
    }

    /// What the file says of a key.
    func inFile(_ key: String) -> (text: String, source: ConfigurationSource)? {
        guard let file, let entry = file[key] else { return nil }
        return (entry.value, .file(path: file.path, line: entry.line))
    }

    /// Variables with the prefix that no key of a list has, in alphabetical order.
    func variables(besides keys: [String]) -> [String] {
        let known = Set(keys.map { ConfigurationKey.variable($0, prefix: prefix) })
        return variables.keys
            .filter { !known.contains($0) && !foreign.contains($0) && $0 != prefix + Self.fileKey }
            .sorted()
    }
}

extension ConfigurationSources: CustomStringConvertible, CustomReflectable {
    /// Where values come from, without the values: some are secrets.
    public var description: String {
        "variables \(prefix)…" + (file.map { " and \($0.path)" } ?? "")
    }

    /// No children, so that a dump does not show secrets.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

internal import Net

/// Hands a configuration its values, and notes what is declared and what is wrong.
///
/// Reads do not throw: what is wrong with a value, or that there is none, is told at the end with
/// everything else. Until then the declaration gets a value that is never used.
///
/// Every key is asked for always, whatever other values say: help lists what is asked for, and a
/// key that is not asked for is unknown.
public struct ConfigurationReader {
    private let sources: ConfigurationSources
    /// What stands before each key while a section is read.
    private var section = ""
    private var names: Set<String> = []
    private(set) var settings: [ConfigurationSetting] = []
    private var problems = ConfigurationError()

    init(_ sources: ConfigurationSources) {
        self.sources = sources
        problems = sources.problems
    }

    // MARK: Values

    /// Reads a value that has a default.
    ///
    /// - Parameters:
    ///   - key: lower-case letters, digits and underscores.
    ///   - form: how its text is read.
    ///   - value: what holds if nobody gives one.
    ///   - sentence: what the value means.
    /// - Returns: the value.
    public mutating func value<Value>(
        _ key: String,
        _ form: ConfigurationForm<Value>,
        default value: Value,
        _ sentence: String
    ) -> Value {
        read(key, form, .replaced(by: form.print(value)), sentence) ?? value
    }

    /// Reads a value whose default is written as it would be in a file.
    ///
    /// A default that is not in the form is a problem of the configuration.
    ///
    /// - Parameters:
    ///   - key: lower-case letters, digits and underscores.
    ///   - form: how its text is read.
    ///   - text: what holds if nobody gives one.
    ///   - sentence: what the value means.
    /// - Returns: the value.
    public mutating func value<Value>(
        _ key: String,
        _ form: ConfigurationForm<Value>,
        defaultText text: String,
        _ sentence: String
    ) -> Value {
        read(key, form, .replaced(by: text), sentence) ?? form.placeholder
    }

    /// Reads a value without which the service does not start.
    ///
    /// - Parameters:
    ///   - key: lower-case letters, digits and underscores.
    ///   - form: how its text is read.
    ///   - sentence: what the value means.
    /// - Returns: the value.
    public mutating func required<Value>(
        _ key: String,
        _ form: ConfigurationForm<Value>,
        _ sentence: String
    ) -> Value {
        read(key, form, .refused, sentence) ?? form.placeholder
    }

    /// Reads a value that need not be.
    ///
    /// - Parameters:
    ///   - key: lower-case letters, digits and underscores.
    ///   - form: how its text is read.
    ///   - sentence: what the value means.
    /// - Returns: the value, nil if nobody gives one.
    public mutating func optional<Value>(
        _ key: String,
        _ form: ConfigurationForm<Value>,
        _ sentence: String
    ) -> Value? {
        read(key, form, .allowed, sentence)
    }

    // MARK: Secrets

    /// Reads a secret without which the service does not start.
    ///
    /// It is the value of the key, or what a file holds that the key with `_file` behind it names,
    /// as secrets of Docker and credentials of systemd do; a newline at its end is not part of it.
    ///
    /// - Parameters:
    ///   - key: lower-case letters, digits and underscores.
    ///   - sentence: what the secret is for.
    /// - Returns: the secret.
    public mutating func secret(_ key: String, _ sentence: String) -> Secret {
        readSecret(key, .refused, sentence) ?? Secret("")
    }

    /// Reads a secret that need not be; see ``secret(_:_:)``.
    ///
    /// - Parameters:
    ///   - key: lower-case letters, digits and underscores.
    ///   - sentence: what the secret is for.
    /// - Returns: the secret, nil if nobody gives one.
    public mutating func optionalSecret(_ key: String, _ sentence: String) -> Secret? {
        readSecret(key, .allowed, sentence)
    }

    // MARK: Values that go together

    /// Notes that a value, good by itself, does not go with others.
    ///
    /// - Parameters:
    ///   - key: what has been read before, with the same section.
    ///   - reason: what is wrong, as it stands after the key; without the value of a secret.
    public mutating func refuse(_ key: String, _ reason: String) {
        let key = section + key
        precondition(names.contains(key), "a key is refused after it was read")
        problems.add(.conflicting, key: key, "\(key): \(reason)")
    }

    // MARK: Sections

    /// Reads a part of a configuration whose keys all begin with the same word.
    ///
    /// - Parameters:
    ///   - name: the word; an underscore follows it.
    ///   - type: what the part is.
    /// - Returns: the part.
    public mutating func section<Part: Configurable>(
        _ name: String,
        _ type: Part.Type = Part.self
    ) -> Part {
        let outer = section
        section += name + "_"
        defer { section = outer }
        return Part(from: &self)
    }

    // MARK: The end

    /// What was read, when all has been asked for.
    ///
    /// - Returns: the settings, in the order they were declared in.
    /// - Throws: ``ConfigurationError`` if anything is wrong.
    func finish() throws(ConfigurationError) -> [ConfigurationSetting] {
        var problems = problems
        let known = settings.flatMap { $0.isSecret ? [$0.key, $0.key + "_file"] : [$0.key] }
        if let file = sources.file {
            for entry in file.entries where !names.contains(entry.key) {
                problems.add(
                    .unknown,
                    "\(file.path):\(entry.line): unknown key \(entry.key)"
                        + Self.suggestion(NearestWord.find(entry.key, among: known))
                )
            }
        }
        let variables = known.map { ConfigurationKey.variable($0, prefix: sources.prefix) }
        for variable in sources.variables(besides: known) {
            problems.add(
                .unknown,
                "environment: unknown variable \(excerpt(variable))"
                    + Self.suggestion(NearestWord.find(variable, among: variables))
            )
        }
        if !problems.problems.isEmpty { throw problems }
        return settings
    }

    private static func suggestion(_ word: String?) -> String {
        word.map { "; did you mean \($0)?" } ?? ""
    }
}

extension ConfigurationReader {
    private mutating func read<Value>(
        _ key: String,
        _ form: ConfigurationForm<Value>,
        _ absence: ConfigurationSetting.Absence,
        _ sentence: String
    ) -> Value? {
        let setting = declare(key, form.expectation, absence, isSecret: false, sentence)
        var found = sources.find(setting.key)
        if found == nil, case .replaced(let text) = absence { found = (text, .declaration) }
        guard let (text, source) = found else {
            noteAbsence(of: setting)
            return nil
        }
        do {
            let value = try form.read(text)
            keep(form.print(value), source)
            return value
        } catch {
            let isOutOfRange = error == .outOfRange
            problems.add(
                isOutOfRange ? .outOfRange : .malformed,
                key: setting.key,
                "\(setting.key) = \(excerpt(text)) (\(source))"
                    + (isOutOfRange ? " is out of range" : "") + ": expected \(form.expectation)"
            )
            return nil
        }
    }

    private mutating func readSecret(
        _ key: String,
        _ absence: ConfigurationSetting.Absence,
        _ sentence: String
    ) -> Secret? {
        let expectation = "a secret of 1 to \(SecretText.longest) bytes"
        let setting = declare(key, expectation, absence, isSecret: true, sentence)
        let name = setting.key + "_file"
        claim(name)
        let layers = [
            (sources.inEnvironment(setting.key), sources.inEnvironment(name)),
            (sources.inFile(setting.key), sources.inFile(name)),
        ]
        guard let (plain, file) = layers.first(where: { $0.0 != nil || $0.1 != nil }) else {
            noteAbsence(of: setting)
            return nil
        }
        do throws(SecretText.Fault) {
            if let plain, let file {
                throw SecretText.Fault(
                    .duplicate,
                    "given twice, also by \(file.source)",
                    plain.source
                )
            }
            guard let (text, source) = plain ?? file else { return nil }
            let secret =
                file == nil
                ? try SecretText.check(text, source) : try SecretText.read(file: text, source)
            keep(Secret.mask, source)
            return secret
        } catch {
            problems.add(
                error.kind,
                key: setting.key,
                "\(setting.key) (\(error.source)): \(error.reason)"
            )
            return nil
        }
    }

    private mutating func declare(
        _ key: String,
        _ expectation: String,
        _ absence: ConfigurationSetting.Absence,
        isSecret: Bool,
        _ sentence: String
    ) -> ConfigurationSetting {
        let key = section + key
        precondition(ConfigurationKey.isValid(key), "a key is \(ConfigurationKey.rule)")
        claim(key)
        let setting = ConfigurationSetting(
            key: key,
            variable: ConfigurationKey.variable(key, prefix: sources.prefix),
            expectation: expectation,
            absence: absence,
            isSecret: isSecret,
            sentence: sentence
        )
        settings.append(setting)
        return setting
    }

    private mutating func claim(_ key: String) {
        let (isNew, _) = names.insert(key)
        precondition(isNew, "each key is declared once")
    }

    /// Notes the value of the setting that was declared last.
    private mutating func keep(_ value: String, _ source: ConfigurationSource) {
        settings[settings.count - 1].value = value
        settings[settings.count - 1].source = source
    }

    private mutating func noteAbsence(of setting: ConfigurationSetting) {
        guard setting.absence == .refused else { return }
        problems.add(
            .missing,
            key: setting.key,
            "\(setting.key) must be given, here or as \(setting.variable): "
                + "expected \(setting.expectation)"
        )
    }
}

internal import Wire

/// Finds the Swift type of what a `.proto` refers to, and which messages contain themselves.
struct TypeTable {
    private let names: DeclaredNames
    private var messages: [String: ProtoMessage] = [:]
    private var reachable: [String: Set<String>] = [:]
    private var cyclic: Set<String> = []

    init(_ files: [ProtoFile]) throws(GeneratorError) {
        names = try DeclaredNames(files)
        for file in files where file.isProto3 {
            for message in file.messages { add(message) }
        }
        for reference in messages.keys {
            reachable[reference] = reach(from: reference) { $0.cardinality == .explicit }
            if isReached(reference) { cyclic.insert(reference) }
        }
    }

    private mutating func add(_ message: ProtoMessage) {
        messages[message.reference] = message
        for nested in message.messages { add(nested) }
    }

    /// The full Swift name of a message or enum, or of the enum of a oneof or service.
    func swiftName(_ reference: String) throws(GeneratorError) -> String {
        try names.fullName(reference)
    }

    /// The Swift name without the scopes around it, as it is declared.
    func declaredName(_ reference: String) throws(GeneratorError) -> String {
        let name = try names.fullName(reference)
        return name.split(separator: ".").last.map(String.init) ?? name
    }

    /// The message of a reference.
    func message(_ reference: String) throws(GeneratorError) -> ProtoMessage {
        guard let message = messages[reference] else {
            throw GeneratorError("'\(reference)' is not a message that was read")
        }
        return message
    }

    /// Whether a value of `field` inside `message` may hold a value of `message`'s type without an
    /// array or map between them, so that it needs room of its own.
    func isRecursive(_ field: ProtoField, in message: ProtoMessage) -> Bool {
        guard case .message(let reference) = field.kind, field.cardinality == .explicit else {
            return false
        }
        return reachable[reference, default: []].contains(message.reference)
    }

    /// Whether a message may lie inside itself, however deep and through whatever fields.
    func isCyclic(_ message: ProtoMessage) -> Bool { cyclic.contains(message.reference) }

    private func isReached(_ start: String) -> Bool {
        (messages[start]?.fields ?? []).contains { field in
            guard case .message(let reference) = field.kind else { return false }
            return reach(from: reference) { _ in true }.contains(start)
        }
    }

    /// All messages that can be reached from one through certain fields, itself included.
    private func reach(
        from start: String,
        through isFollowed: (ProtoField) -> Bool
    ) -> Set<String> {
        var found: Set<String> = [start]
        var pending = [start]
        while let next = pending.popLast() {
            for field in messages[next]?.fields ?? [] where isFollowed(field) {
                if case .message(let reference) = field.kind, found.insert(reference).inserted {
                    pending.append(reference)
                }
            }
        }
        return found
    }
}

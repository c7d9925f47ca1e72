internal import Wire

/// Finds the Swift type of what a `.proto` refers to, and which messages contain themselves.
struct TypeTable {
    private var swiftNames: [String: String] = [:]
    private var messages: [String: ProtoMessage] = [:]
    private var reachable: [String: Set<String>] = [:]
    private var cyclic: Set<String> = []

    init(_ files: [ProtoFile]) {
        for file in files {
            let namespace = SwiftNames.namespace(ofPackage: file.package)
            for declared in file.enums { add(declared, in: namespace) }
            for message in file.messages { add(message, in: namespace) }
        }
        for reference in messages.keys {
            reachable[reference] = reach(from: reference) { $0.cardinality == .explicit }
            if isReached(reference) { cyclic.insert(reference) }
        }
    }

    private mutating func add(_ message: ProtoMessage, in scope: String) {
        let name = "\(scope).\(SwiftNames.type(message.name, suffix: "Message"))"
        swiftNames[message.reference] = name
        messages[message.reference] = message
        for declared in message.enums { add(declared, in: name) }
        for nested in message.messages { add(nested, in: name) }
    }

    private mutating func add(_ declared: ProtoEnum, in scope: String) {
        swiftNames[declared.reference] =
            "\(scope).\(SwiftNames.type(declared.name, suffix: "Enum"))"
    }

    /// The full Swift name of a message or enum.
    func swiftName(_ reference: String) throws(GeneratorError) -> String {
        guard let name = swiftNames[reference] else {
            throw GeneratorError("'\(reference)' is not declared in any file that was read")
        }
        return name
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

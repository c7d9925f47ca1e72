internal import Wire

/// Collects the paths of objects' members: the columns that a file of objects has.
struct MemberPaths {
    private let most: Int
    private var known: Set<String> = []

    /// The paths in the order in which they came.
    private(set) var paths: [String] = []

    private static let deepest = 8

    /// Collects at most so many.
    init(most: Int) { self.most = most }

    /// Adds the paths of one object; of a text that is none, those before its fault.
    mutating func add(_ row: RawSpan) {
        var walk = PathWalk(row)
        do throws(CodecError) {
            try value(&walk, "", 0)
        } catch {
            // The row itself is rejected when it is read.
            return
        }
    }

    private mutating func note(_ path: String) {
        guard paths.count < most, path.utf8.count <= 256, known.insert(path).inserted else {
            return
        }
        paths.append(path)
    }
}

/// A scanner to be handed down.
private struct PathWalk: ~Escapable {
    var scanner: JSONScanner

    @_lifetime(copy row)
    init(_ row: RawSpan) { scanner = JSONScanner(row) }
}

extension MemberPaths {
    @_lifetime(walk: copy walk)
    private mutating func value(
        _ walk: inout PathWalk,
        _ path: String,
        _ depth: Int
    ) throws(CodecError) {
        switch walk.scanner.peek() {
        case UInt8(ascii: "{") where depth < Self.deepest:
            try object(&walk, path, depth + 1)
        case UInt8(ascii: "[") where depth < Self.deepest:
            try array(&walk, path, depth + 1)
        case UInt8(ascii: "\""):
            _ = try walk.scanner.string()
            note(path)
        case UInt8(ascii: "n"):
            try walk.scanner.null()
        case UInt8(ascii: "t"), UInt8(ascii: "f"):
            _ = try walk.scanner.boolean()
            note(path)
        default:
            try walk.scanner.passNumber()
            note(path)
        }
    }

    @_lifetime(walk: copy walk)
    private mutating func object(
        _ walk: inout PathWalk,
        _ path: String,
        _ depth: Int
    ) throws(CodecError) {
        walk.scanner.position += 1
        if walk.scanner.consume(UInt8(ascii: "}")) { return }
        repeat {
            let name = try walk.scanner.name()
            let text = String(decoding: walk.scanner.unescaped(name), as: UTF8.self)
            try value(&walk, path.isEmpty ? text : path + "." + text, depth)
        } while try walk.scanner.hasNext(before: UInt8(ascii: "}"))
    }

    /// An array: of objects with `key` and `value`, or else a cell as a whole.
    @_lifetime(walk: copy walk)
    private mutating func array(
        _ walk: inout PathWalk,
        _ path: String,
        _ depth: Int
    ) throws(CodecError) {
        walk.scanner.position += 1
        if walk.scanner.consume(UInt8(ascii: "]")) { return }
        var isPlain = false
        repeat {
            var inner = MemberPaths(most: 0)
            guard walk.scanner.peek() == UInt8(ascii: "{") else {
                isPlain = true
                try inner.value(&walk, "", depth)
                continue
            }
            if let key = try key(&walk, depth) {
                note(path + "." + key)
            } else {
                isPlain = true
            }
        } while try walk.scanner.hasNext(before: UInt8(ascii: "]"))
        if isPlain { note(path) }
    }

    /// Passes over an object, and gives its `key` if it has a `value` too that is not null.
    @_lifetime(walk: copy walk)
    private func key(_ walk: inout PathWalk, _ depth: Int) throws(CodecError) -> String? {
        var key: String?
        var hasValue = false
        var inner = MemberPaths(most: 0)
        walk.scanner.position += 1
        if walk.scanner.consume(UInt8(ascii: "}")) { return nil }
        repeat {
            let name = try walk.scanner.name()
            let bytes = walk.scanner.bytes.extracting(name.range)
            let isString = walk.scanner.peek() == UInt8(ascii: "\"")
            if bytes.equals("key"), isString {
                let string = try walk.scanner.string()
                key = String(decoding: walk.scanner.unescaped(string), as: UTF8.self)
                continue
            }
            if bytes.equals("value") { hasValue = true }
            try inner.value(&walk, "", depth)
        } while try walk.scanner.hasNext(before: UInt8(ascii: "}"))
        return hasValue ? key : nil
    }
}

internal import Wire

/// The columns of a file of objects: a tree of the names on the way to each.
///
/// An array of objects with `key` and `value` counts as an object with these keys, and a value that
/// is an object of typed values, as `{"int_value": 7}`, as the first of them that is not null.
struct MemberIndex: Sendable {
    private struct Node {
        var name: [UInt8]
        var column = -1
        var children: [Int] = []
    }

    private var nodes = [Node(name: [])]
    private let columnCount: Int

    /// How deep objects may lie in one another.
    private static let deepest = 64

    /// Prepares to find members.
    ///
    /// - Parameter paths: a path for each column: names joined by points. A name with a point in it
    ///   is found too, where the parts are not there.
    init(_ paths: [String]) {
        columnCount = paths.count
        for (column, path) in paths.enumerated() {
            // The whole path is a name as well: exports that are flat have points in names.
            insert([Array(path.utf8)], column)
            let names = path.split(separator: ".", omittingEmptySubsequences: false)
            if (2...8).contains(names.count) { insert(names.map { Array($0.utf8) }, column) }
        }
    }

    private mutating func insert(_ names: [[UInt8]], _ column: Int) {
        var place = 0
        for name in names {
            if let child = nodes[place].children.first(where: { nodes[$0].name == name }) {
                place = child
            } else {
                nodes.append(Node(name: name))
                nodes[place].children.append(nodes.count - 1)
                place = nodes.count - 1
            }
        }
        if nodes[place].column < 0 { nodes[place].column = column }
    }

    /// Finds the cells of one object.
    ///
    /// - Parameters:
    ///   - row: the text of the object.
    ///   - cells: become one for each column; those that are missing or null are empty.
    ///   - text: what strings with escapes say is appended.
    /// - Throws: ``CodecError`` if the text is no object of JSON.
    func read(_ row: RawSpan, into cells: inout [Cell], _ text: inout [UInt8]) throws(CodecError) {
        cells.append(contentsOf: repeatElement(.empty, count: columnCount))
        var walk = MemberWalk(scanner: JSONScanner(row))
        guard walk.scanner.peek() == UInt8(ascii: "{") else {
            throw CodecError(.wrongType, at: walk.scanner.position)
        }
        try object(&walk, 0, 1, &cells, &text)
        _ = walk.scanner.peek()
        guard walk.scanner.position == row.byteCount else {
            throw CodecError(.invalidJSON, at: walk.scanner.position)
        }
    }
}

/// A scanner to be handed down.
private struct MemberWalk: ~Escapable {
    var scanner: JSONScanner

    @_lifetime(copy scanner)
    init(scanner: JSONScanner) { self.scanner = scanner }
}

extension MemberIndex {
    @_lifetime(walk: copy walk)
    private func object(
        _ walk: inout MemberWalk,
        _ node: Int,
        _ depth: Int,
        _ cells: inout [Cell],
        _ text: inout [UInt8]
    ) throws(CodecError) {
        walk.scanner.position += 1
        if walk.scanner.consume(UInt8(ascii: "}")) { return }
        // Rows of a file mostly have their members in one order.
        var hint = 0
        repeat {
            let name = try walk.scanner.name()
            let child = child(of: node, name, walk.scanner, &hint)
            try value(&walk, child, depth, &cells, &text)
        } while try walk.scanner.hasNext(before: UInt8(ascii: "}"))
    }

    private func child(
        of node: Int,
        _ name: JSONString,
        _ scanner: JSONScanner,
        _ hint: inout Int
    ) -> Int {
        if node < 0 { return -1 }
        let children = nodes[node].children
        if children.isEmpty { return -1 }
        if name.isEscaped {
            let spoken = scanner.unescaped(name)
            return children.first { nodes[$0].name == spoken } ?? -1
        }
        let bytes = scanner.bytes.extracting(name.range)
        for step in children.indices {
            let index = (hint + step) % children.count
            let known = nodes[children[index]].name
            if known.rawBytes.hasSameBytes(as: bytes) {
                hint = index + 1
                return children[index]
            }
        }
        return -1
    }

    /// Passes over a value and takes what is a cell of it.
    @_lifetime(walk: copy walk)
    private func value(
        _ walk: inout MemberWalk,
        _ node: Int,
        _ depth: Int,
        _ cells: inout [Cell],
        _ text: inout [UInt8]
    ) throws(CodecError) {
        let first = walk.scanner.peek()
        let start = walk.scanner.position
        let column = node < 0 ? -1 : nodes[node].column
        switch first {
        case UInt8(ascii: "{"):
            if depth >= Self.deepest { throw CodecError(.tooDeep, at: start) }
            try object(&walk, node, depth + 1, &cells, &text)
        case UInt8(ascii: "["):
            if depth >= Self.deepest { throw CodecError(.tooDeep, at: start) }
            try array(&walk, node, depth + 1, &cells, &text)
        case UInt8(ascii: "\""):
            let string = try walk.scanner.string()
            if column >= 0 { cells[column] = cell(string, walk.scanner, &text) }
            return
        case UInt8(ascii: "n"):
            return try walk.scanner.null()
        case UInt8(ascii: "t"), UInt8(ascii: "f"):
            _ = try walk.scanner.boolean()
        default:
            try walk.scanner.passNumber()
        }
        if column >= 0 {
            cells[column] = Cell(
                start: Int32(start),
                end: Int32(walk.scanner.position),
                place: .row
            )
        }
    }

    private func cell(_ string: JSONString, _ scanner: JSONScanner, _ text: inout [UInt8]) -> Cell {
        guard string.isEscaped else {
            return Cell(
                start: Int32(string.range.lowerBound),
                end: Int32(string.range.upperBound),
                place: .row
            )
        }
        let start = text.count
        text.append(contentsOf: scanner.unescaped(string))
        return Cell(start: Int32(start), end: Int32(text.count), place: .own)
    }

    @_lifetime(walk: copy walk)
    private func array(
        _ walk: inout MemberWalk,
        _ node: Int,
        _ depth: Int,
        _ cells: inout [Cell],
        _ text: inout [UInt8]
    ) throws(CodecError) {
        walk.scanner.position += 1
        if walk.scanner.consume(UInt8(ascii: "]")) { return }
        let hasKeys = node >= 0 && !nodes[node].children.isEmpty
        var hint = 0
        repeat {
            guard hasKeys, walk.scanner.peek() == UInt8(ascii: "{"),
                let pair = try pair(&walk, depth)
            else {
                try value(&walk, -1, depth, &cells, &text)
                continue
            }
            let child = child(of: node, pair.key, walk.scanner, &hint)
            if child >= 0 {
                let end = walk.scanner.position
                walk.scanner.position = pair.value
                try typedValue(&walk, child, depth, &cells, &text)
                walk.scanner.position = end
            }
        } while try walk.scanner.hasNext(before: UInt8(ascii: "]"))
    }

    /// Passes over an object with a `key`, and says where key and value are; nil, with nothing
    /// passed over, if it has none.
    @_lifetime(walk: copy walk)
    private func pair(
        _ walk: inout MemberWalk,
        _ depth: Int
    ) throws(CodecError) -> (key: JSONString, value: Int)? {
        let start = walk.scanner.position
        var key: JSONString?
        var valueStart: Int?
        var none: ([Cell], [UInt8]) = ([], [])
        walk.scanner.position += 1
        if !walk.scanner.consume(UInt8(ascii: "}")) {
            repeat {
                let name = try walk.scanner.name()
                let bytes = walk.scanner.bytes.extracting(name.range)
                let first = walk.scanner.peek()
                if bytes.equals("key"), first == UInt8(ascii: "\"") {
                    key = try walk.scanner.string()
                    continue
                }
                if bytes.equals("value") { valueStart = walk.scanner.position }
                try value(&walk, -1, depth, &none.0, &none.1)
            } while try walk.scanner.hasNext(before: UInt8(ascii: "}"))
        }
        guard let key, let valueStart else {
            walk.scanner.position = start
            return nil
        }
        return (key, valueStart)
    }

    /// Takes a value, or the first of an object's that is not null.
    @_lifetime(walk: copy walk)
    private func typedValue(
        _ walk: inout MemberWalk,
        _ node: Int,
        _ depth: Int,
        _ cells: inout [Cell],
        _ text: inout [UInt8]
    ) throws(CodecError) {
        guard walk.scanner.peek() == UInt8(ascii: "{") else {
            return try value(&walk, node, depth, &cells, &text)
        }
        walk.scanner.position += 1
        if walk.scanner.consume(UInt8(ascii: "}")) { return }
        repeat {
            _ = try walk.scanner.name()
            if walk.scanner.peek() != UInt8(ascii: "n") {
                return try value(&walk, node, depth, &cells, &text)
            }
            try walk.scanner.null()
        } while try walk.scanner.hasNext(before: UInt8(ascii: "}"))
    }
}

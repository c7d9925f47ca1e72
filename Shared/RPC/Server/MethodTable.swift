internal import Wire

/// The methods of a server by their paths, found by the bytes of a request without making a string.
struct MethodTable: Sendable {
    private let methods: [RPCMethod]
    private let paths: [[UInt8]]
    /// For each place a position in `methods` plus one, or 0; its count is a power of two.
    private let places: [UInt16]

    /// The names of the services.
    let services: Set<String>

    /// Lays out the table.
    ///
    /// - Parameter methods: each with a path of its own.
    init(_ methods: [RPCMethod]) {
        precondition(methods.count < Int(UInt16.max), "a server has fewer than 65,535 methods")
        self.methods = methods
        paths = methods.map { Array($0.path.utf8) }
        services = Set(methods.map(\.service))
        var places = [UInt16](repeating: 0, count: 16)
        while places.count < methods.count * 4 { places += places }
        for (position, path) in paths.enumerated() {
            var place = Self.hash(of: path) & (places.count - 1)
            while places[place] != 0 {
                precondition(
                    paths[Int(places[place]) - 1] != path,
                    "two methods have the path \(methods[position].path)"
                )
                place = (place + 1) & (places.count - 1)
            }
            places[place] = UInt16(position + 1)
        }
        self.places = places
    }

    /// The method of a path; nil if there is none.
    ///
    /// - Complexity: linear in the path.
    func method(at path: RawSpan) -> RPCMethod? {
        var place = Self.hash(path) & (places.count - 1)
        while places[place] != 0 {
            let position = Int(places[place]) - 1
            if isPath(path, of: position) { return methods[position] }
            place = (place + 1) & (places.count - 1)
        }
        return nil
    }

    private func isPath(_ path: RawSpan, of position: Int) -> Bool {
        let own = paths[position]
        return own.count == path.byteCount && own.rawBytes.hasSameBytes(as: path)
    }

    private static func hash(of path: [UInt8]) -> Int { hash(path.rawBytes) }

    /// FNV-1a, eight bytes at a time: the keys are ours, so that nobody can make them collide.
    private static func hash(_ bytes: RawSpan) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        var offset = 0
        while offset + 8 <= bytes.byteCount {
            hash = (hash ^ bytes.littleEndian(at: offset, as: UInt64.self)) &* 0x0100_0000_01b3
            hash ^= hash >> 29
            offset += 8
        }
        while offset < bytes.byteCount {
            hash = (hash ^ UInt64(bytes.byte(at: offset))) &* 0x0100_0000_01b3
            offset += 1
        }
        return Int(truncatingIfNeeded: hash ^ hash >> 32)
    }
}

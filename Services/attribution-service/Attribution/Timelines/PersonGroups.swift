/// Ids that are one person's, found by what joins them.
///
/// Union by size, with the paths to the roots halved on the way. Source: Tarjan, van Leeuwen:
/// Worst-case analysis of set union algorithms, 1984.
struct PersonGroups {
    private var numbers: [String: Int] = [:]
    private var ids: [String] = []
    private var parents: [Int] = []
    private var sizes: [Int] = []

    /// Adds an id, alone unless it is there.
    mutating func add(_ id: String) {
        _ = number(of: id)
    }

    /// Joins two ids, and all that are joined to them.
    mutating func join(_ one: String, _ other: String) {
        var (large, small) = (root(number(of: one)), root(number(of: other)))
        if large == small { return }
        if sizes[large] < sizes[small] { swap(&large, &small) }
        parents[small] = large
        sizes[large] += sizes[small]
    }

    /// The persons, each with all its ids in order.
    mutating func persons() -> [[String]] {
        var groups: [Int: [String]] = [:]
        for number in ids.indices { groups[root(number), default: []].append(ids[number]) }
        return groups.values.map { $0.sorted(by: Self.precedes) }
            .sorted { Self.precedes($0[0], $1[0]) }
    }

    /// What a person is called: the least of the users' ids, or of the visitors' if there is none.
    ///
    /// - Parameter ids: all of the person's, in any order; at least one.
    /// - Returns: one of them.
    static func name(of ids: [String]) -> String {
        let users = ids.filter { $0.hasPrefix("u:") }
        return (users.isEmpty ? ids : users).min(by: precedes) ?? ""
    }

    /// The order of ids: that of their bytes, as the database has it too.
    static func precedes(_ one: String, _ other: String) -> Bool {
        one.utf8.lexicographicallyPrecedes(other.utf8)
    }

    private mutating func number(of id: String) -> Int {
        if let known = numbers[id] { return known }
        let number = ids.count
        numbers[id] = number
        ids.append(id)
        parents.append(number)
        sizes.append(1)
        return number
    }

    private mutating func root(_ number: Int) -> Int {
        var number = number
        while parents[number] != number {
            parents[number] = parents[parents[number]]
            number = parents[number]
        }
        return number
    }
}

internal import Wire

/// The rows of a sample under their header, and what its columns look like.
struct SampleTable {
    let form: FileForm
    let header: [String]
    let rows: [Sample.Row]
    let preamble: [Sample.Row]
    let profiles: [ColumnProfile]
    let reason: String
    let confidence: Double
    private(set) var findings: [Finding] = []

    /// The most paths of objects that become columns.
    private static let mostPaths = 512

    /// Parts a sample into rows.
    ///
    /// - Parameter sample: the start of a file.
    /// - Throws: ``Finding`` if it has no rows, or is an array of JSON.
    init(_ sample: Sample) throws(Finding) {
        var faults: [Finding]
        switch sample.firstByte {
        case nil: throw Finding(.empty, at: 0)
        case UInt8(ascii: "["): throw Finding(.jsonArray, at: 0)
        case UInt8(ascii: "{"):
            let paths = try Self.paths(sample)
            form = .objects(paths: paths)
            (rows, faults) = try sample.rows(form, .utf8)
            header = paths
            preamble = []
            reason = "each line is an object"
            confidence = rows.isEmpty ? 0.1 : 0.99
        default:
            let guess = try DialectGuess(sample, .utf8)
            form = .delimited(guess.dialect)
            (rows, preamble, header) = (guess.rows, guess.preamble, guess.header)
            (reason, confidence) = (guess.reason, guess.confidence)
            faults = try sample.rows(form, .utf8).faults
            if guess.dialect.headerRecord == 0 { findings.append(Finding(.noHeader, at: 0)) }
            let named = header.filter { !$0.isEmpty }
            for (name, count) in Dictionary(grouping: named, by: { $0 }).mapValues(\.count)
                .sorted(by: { $0.key < $1.key }) where count > 1
            {
                findings.append(Finding(.doubledHeader, at: 0, column: name))
            }
        }
        // Of each rule one is enough to ask what to do.
        var rules: Set<Finding.Rule> = []
        faults.removeAll { !rules.insert($0.rule).inserted }
        findings += faults
        let rows = rows
        profiles = header.indices.map { column in
            ColumnProfile(rows.lazy.map { column < $0.cells.count ? $0.cells[column] : "" })
        }
    }

    /// The cells of a column.
    func cells(of column: Int) -> [String] {
        rows.map { column < $0.cells.count ? $0.cells[column] : "" }
    }

    /// The paths of the objects of a sample, in the order in which they come.
    private static func paths(_ sample: Sample) throws(Finding) -> [String] {
        var reader = RowReader(form: .objects(paths: []))
        reader.append(sample.bytes.rawBytes)
        reader.finish()
        var collector = MemberPaths(most: mostPaths)
        while try reader.next() == .row {
            if reader.fault == nil { collector.add(reader.rawRow) }
        }
        return collector.paths
    }
}

internal import Wire

/// The start of a file, unpacked, and its rows as texts.
struct Sample {
    /// A row of the sample.
    struct Row {
        let record: Int
        let cells: [String]
    }

    /// How many unpacked bytes are looked at.
    static let size = 64 << 10
    private static let mostRows = 500

    /// The unpacked bytes, at most ``size``.
    let bytes: [UInt8]
    /// Whether these are all of the file.
    let isWhole: Bool
    /// How the file is packed.
    let compression: FileCompression

    /// Unpacks the start of a file.
    ///
    /// - Parameters:
    ///   - sent: the first bytes as they were sent.
    ///   - isWhole: whether there are no others.
    /// - Throws: ``Finding`` if they cannot be unpacked.
    init(_ sent: RawSpan, isWhole: Bool) throws(Finding) {
        var decoder = FileDecoder()
        decoder.append(sent)
        if isWhole { decoder.finish() }
        var window = [UInt8](repeating: 0, count: Self.size)
        var count = 0
        var ended = false
        reading: while count < window.count {
            switch try decoder.read(into: &window, at: count) {
            case .bytes(let more): count += more
            case .starved: break reading
            case .ended:
                ended = true
                break reading
            }
        }
        bytes = Array(window[..<count])
        self.isWhole = ended
        compression = decoder.compression ?? .none
    }

    /// The rows without a fault, and how many there are with one.
    ///
    /// - Parameters:
    ///   - form: what rows are made of.
    ///   - encoding: what bytes mean.
    /// - Returns: the rows; the last one is left out if it may go on behind the sample.
    /// - Throws: ``Finding`` if the text is of a kind that is not read.
    func rows(
        _ form: FileForm,
        _ encoding: TextEncoding
    ) throws(Finding) -> (rows: [Row], faults: [Finding]) {
        var reader = RowReader(form: form, encoding: encoding)
        reader.append(bytes.rawBytes)
        reader.finish()
        var rows: [Row] = []
        var faults: [Finding] = []
        while rows.count < Self.mostRows, try reader.next() == .row {
            if reader.isUnterminated && !isWhole { break }
            if let fault = reader.fault {
                // A row that the sample cuts off looks like one with a stray quote.
                if isWhole || fault.rule != .strayQuote { faults.append(fault) }
                continue
            }
            let count = min(reader.cellCount, DelimitedScanner.mostCells)
            rows.append(
                Row(
                    record: reader.record,
                    cells: (0..<count).map { String(repairing: reader.cell($0).trimmed) }
                )
            )
        }
        return (rows, faults)
    }

    /// The first byte that is no blank, behind the mark of UTF-8.
    var firstByte: UInt8? {
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        return bytes[start...].first { $0 > 0x20 }
    }
}

/// Writes families of metrics in one of the text forms.
struct MetricsTextWriter {
    let format: MetricsFormat
    /// Labels that stand before those of each series.
    var sharedLabels: [(name: String, value: String)] = [] {
        didSet {
            sharedLabelText = []
            for label in sharedLabels {
                if !sharedLabelText.isEmpty { sharedLabelText.append(UInt8(ascii: ",")) }
                sharedLabelText.appendLabel(label.name, label.value)
            }
        }
    }
    private var sharedLabelText: [UInt8] = []
    fileprivate(set) var bytes: [UInt8] = []

    init(_ format: MetricsFormat) {
        self.format = format
        bytes.reserveCapacity(16 * 1_024)
    }

    /// Writes what stands before the samples of a family.
    mutating func begin(_ description: MetricDescription) {
        switch format {
        case .prometheus:
            comment("HELP", description.name, description.help.escaped(quotes: false))
            let kind = description.kind == .info ? .gauge : description.kind
            comment("TYPE", description.name, Array("\(kind)".utf8))
        case .openMetrics:
            let name = description.familyName
            comment("TYPE", name, Array("\(description.kind)".utf8))
            if let unit = description.unit { comment("UNIT", name, Array(unit.utf8)) }
            comment("HELP", name, description.help.escaped(quotes: true))
        }
    }

    /// Writes the samples of a series.
    ///
    /// - Parameters:
    ///   - description: of its family.
    ///   - labelText: the labels of the series, without braces.
    ///   - body: writes them.
    mutating func samples(
        of description: MetricDescription,
        labelText: [UInt8],
        _ body: (inout MetricSampleWriter) -> Void
    ) {
        let separator = sharedLabelText.isEmpty || labelText.isEmpty ? [] : [UInt8(ascii: ",")]
        var writer = MetricSampleWriter(
            text: self,
            description: description,
            labelText: sharedLabelText + separator + labelText
        )
        // One owner of the bytes at a time, so that they are not copied.
        bytes = []
        body(&writer)
        bytes = writer.text.bytes
    }

    /// Ends the text.
    mutating func finish() {
        if format == .openMetrics { bytes.append(contentsOf: "# EOF\n".utf8) }
    }

    private mutating func comment(_ keyword: String, _ name: String, _ text: [UInt8]) {
        bytes.append(contentsOf: "# \(keyword) \(name) ".utf8)
        bytes.append(contentsOf: text)
        bytes.append(UInt8(ascii: "\n"))
    }
}

/// Writes the samples of one series.
struct MetricSampleWriter {
    fileprivate var text: MetricsTextWriter
    fileprivate let description: MetricDescription
    fileprivate let labelText: [UInt8]

    /// Writes the only sample of a series that is no histogram.
    mutating func sample(_ number: MetricNumber) {
        line(description.name, bound: nil, number)
    }

    /// Writes all samples of a histogram.
    ///
    /// - Parameters:
    ///   - snapshot: what had been observed.
    ///   - bounds: of all buckets but the last.
    ///   - exemplars: one for each bucket, the last included.
    mutating func histogram(
        _ snapshot: Histogram.Snapshot,
        bounds: [Double],
        exemplars: [Exemplar?]
    ) {
        var count: UInt64 = 0
        let bucketName = description.name + "_bucket"
        for (bucket, countOfBucket) in snapshot.buckets.enumerated() {
            count += countOfBucket
            let bound =
                bucket < bounds.count ? MetricNumber.boundText(of: bounds[bucket]) : "+Inf"
            line(bucketName, bound: bound, .whole(count), exemplar: exemplars[bucket])
        }
        line(description.name + "_sum", bound: nil, .real(snapshot.sum))
        line(description.name + "_count", bound: nil, .whole(count))
    }

    private mutating func line(
        _ name: String,
        bound: String?,
        _ number: MetricNumber,
        exemplar: Exemplar? = nil
    ) {
        text.bytes.append(contentsOf: name.utf8)
        if !labelText.isEmpty || bound != nil {
            text.bytes.append(UInt8(ascii: "{"))
            text.bytes.append(contentsOf: labelText)
            if let bound {
                if !labelText.isEmpty { text.bytes.append(UInt8(ascii: ",")) }
                text.bytes.appendLabel("le", bound)
            }
            text.bytes.append(UInt8(ascii: "}"))
        }
        text.bytes.append(UInt8(ascii: " "))
        text.bytes.append(contentsOf: number.text.utf8)
        if let exemplar, text.format == .openMetrics { append(exemplar) }
        text.bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func append(_ exemplar: Exemplar) {
        text.bytes.append(contentsOf: " # {".utf8)
        text.bytes.appendLabel("trace_id", exemplar.context.traceID.description)
        text.bytes.append(UInt8(ascii: ","))
        text.bytes.appendLabel("span_id", exemplar.context.spanID.description)
        text.bytes.append(contentsOf: "} \(MetricNumber.real(exemplar.value).text) ".utf8)
        // Clocks before 1970 have no exemplars worth finding.
        let milliseconds = max(exemplar.time.milliseconds, 0)
        text.bytes.append(contentsOf: "\(milliseconds / 1_000).".utf8)
        text.bytes.appendDecimal(milliseconds % 1_000, digits: 3)
    }
}

extension Array where Element == UInt8 {
    /// Appends `name="value"`.
    mutating func appendLabel(_ name: String, _ value: String) {
        append(contentsOf: name.utf8)
        append(UInt8(ascii: "="))
        append(UInt8(ascii: "\""))
        append(contentsOf: value.escaped(quotes: true))
        append(UInt8(ascii: "\""))
    }
}

extension String {
    /// The text with `\` before what would end it, and newlines as `\n`.
    fileprivate func escaped(quotes: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count)
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "\n"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(UInt8(ascii: "n"))
            case UInt8(ascii: "\""):
                if quotes { bytes.append(UInt8(ascii: "\\")) }
                bytes.append(byte)
            case UInt8(ascii: "\\"):
                bytes.append(byte)
                bytes.append(byte)
            default:
                bytes.append(byte)
            }
        }
        return bytes
    }
}

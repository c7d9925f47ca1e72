/// An observation by which a trace can be found.
struct Exemplar: Equatable, Sendable {
    let context: TraceContext
    let value: Double
    let time: UTCTimestamp
}

extension ChainState {
    func write(to writer: inout WordWriter) {
        writer.write(chain)
        writer.write(draw)
        writer.write(position)
        writer.write(logDensity)
        writer.write(gradient)
        random.write(to: &writer)
        metric.write(to: &writer)
        writer.write(variances)
        stepSize.write(to: &writer)
        for moments in diagonal.parts { moments.write(to: &writer) }
        writer.write(window.positions)
        writer.write(window.gradients)
        writer.write(window.edges)
        writer.write(standstill)
    }

    init(from reader: inout WordReader) throws(SamplingFailure) {
        let chain = try reader.integer()
        let draw = try reader.integer()
        let position = try reader.numbers()
        let count = position.count
        let logDensity = try reader.number()
        let gradient = try reader.numbers(count)
        let random = try RandomStream(from: &reader)
        let metric = try Metric(from: &reader, count)
        let variances = try reader.numbers(count)
        let stepSize = try StepSize(from: &reader)
        var moments: [RunningMoments] = []
        for _ in 0..<4 { moments.append(try RunningMoments(from: &reader, count)) }
        let (positions, gradients) = (try reader.numbers(), try reader.numbers())
        let edges = try reader.integer()
        guard chain >= 0, draw >= 0, edges >= 0, positions.count == gradients.count,
            positions.count % max(1, count) == 0
        else { throw .unreadable("its parts do not fit together") }
        self.init(
            chain: chain,
            draw: draw,
            position: position,
            logDensity: logDensity,
            gradient: gradient,
            random: random,
            metric: metric,
            variances: variances,
            stepSize: stepSize,
            diagonal: DiagonalEstimator(
                positions: moments[0],
                gradients: moments[1],
                nextPositions: moments[2],
                nextGradients: moments[3]
            ),
            window: CovarianceEstimator(
                dimension: count,
                positions: positions,
                gradients: gradients,
                edges: edges
            ),
            standstill: try reader.integer()
        )
    }
}

extension DiagonalEstimator {
    fileprivate var parts: [RunningMoments] {
        [positions, gradients, nextPositions, nextGradients]
    }
}

extension RunningMoments {
    fileprivate func write(to writer: inout WordWriter) {
        writer.write(count)
        writer.write(means)
        writer.write(squares)
    }

    fileprivate init(from reader: inout WordReader, _ dimension: Int) throws(SamplingFailure) {
        self.init(
            count: try reader.number(),
            means: try reader.numbers(dimension),
            squares: try reader.numbers(dimension)
        )
    }
}

extension StepSize {
    fileprivate func write(to writer: inout WordWriter) {
        for number in [target, current, anchor, meanError, logMean, count] { writer.write(number) }
    }

    fileprivate init(from reader: inout WordReader) throws(SamplingFailure) {
        self.init(
            target: try reader.number(),
            current: try reader.number(),
            anchor: try reader.number(),
            meanError: try reader.number(),
            logMean: try reader.number(),
            count: try reader.number()
        )
    }
}

extension RandomStream {
    fileprivate func write(to writer: inout WordWriter) {
        for word in [seed, stream, position] { writer.write(word) }
        writer.write(spare == nil ? 0 : 1)
        writer.write(spare ?? 0)
        writer.write(spareNormal)
    }

    fileprivate init(from reader: inout WordReader) throws(SamplingFailure) {
        let (seed, stream) = (try reader.word(), try reader.word())
        let position = try reader.word()
        let hasSpare = try reader.integer() == 1
        let spare = try reader.word()
        self.init(
            seed: seed,
            stream: stream,
            position: position,
            spare: hasSpare ? spare : nil,
            spareNormal: try reader.optionalNumber()
        )
    }
}

extension Metric {
    fileprivate func write(to writer: inout WordWriter) {
        switch self {
        case .diagonal(let variances):
            writer.write(0)
            writer.write(variances)
        case .dense(let covariance, let root):
            writer.write(1)
            writer.write(covariance.elements)
            writer.write(root.lower.elements)
        case .lowRank(let metric):
            writer.write(2)
            writer.write(metric.scales)
            writer.write(metric.variances)
            writer.write(metric.directions.elements)
        }
    }

    fileprivate init(from reader: inout WordReader, _ count: Int) throws(SamplingFailure) {
        switch try reader.integer() {
        case 0: self = .diagonal(try reader.numbers(count))
        case 1:
            let covariance = try reader.numbers(count * count)
            let lower = try reader.numbers(count * count)
            self = .dense(
                Matrix(rows: count, columns: count, columnMajor: covariance),
                Cholesky(lower: Matrix(rows: count, columns: count, columnMajor: lower))
            )
        case 2:
            let scales = try reader.numbers(count)
            let variances = try reader.numbers()
            let directions = try reader.numbers(count * variances.count)
            self = .lowRank(
                LowRank(
                    scales: scales,
                    directions: Matrix(
                        rows: count,
                        columns: variances.count,
                        columnMajor: directions
                    ),
                    variances: variances
                )
            )
        default: throw .unreadable("there is no such metric")
        }
    }
}

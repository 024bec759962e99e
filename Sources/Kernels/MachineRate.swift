import CKernels
import COpenBLAS

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How fast this machine multiplies large matrices: the yardstick of every speed figure.
public enum MachineRate {
  /// Operations a second of `threads` single-threaded products at once: in fp32 the best of OpenBLAS's
  /// product and this project's own, in reduced precision its own.
  ///
  /// - Parameters:
  ///   - precision: nil: fp32.
  ///   - repetitions: The median of so many measurements of each is taken.
  public static func measured(
    _ precision: ReducedPrecision? = nil, threads: Int, repetitions: Int = 5
  ) -> Double {
    _ = BLAS.isSingleThreaded
    let products: [@Sendable (Operands) -> Void] =
      precision.map { precision in [{ reducedProduct($0, precision) }] }
      ?? [blasProduct, ownProduct]
    return products.map { product in
      let rates = (0..<repetitions).map { _ in rate(of: product, threads: threads) }
      return rates.sorted()[rates.count / 2]
    }.max() ?? 0
  }

  /// The core whose kernels OpenBLAS took, such as `SkylakeX` or `Haswell`.
  public static var blasCore: String {
    openblas_get_corename().map { String(cString: $0) } ?? "unknown"
  }

  /// The instruction set of this project's own kernels, such as `avx512`.
  public static var kernelLevel: String { String(cString: t5k_level_name(t5k_level())) }

  private static let size = 1024

  /// Two matrices to multiply and one for the product, each `[size, size]`.
  ///
  /// A class because it owns memory; each is used by one thread at a time.
  private final class Operands: @unchecked Sendable {
    let left = UnsafeMutablePointer<Float>.allocate(capacity: size * size)
    let right = UnsafeMutablePointer<Float>.allocate(capacity: size * size)
    let out = UnsafeMutablePointer<Float>.allocate(capacity: size * size)

    private let workspace = Workspace()
    /// The product of rounded matrices.
    lazy var result = workspace.matrix(rows: size, columns: size)
    private var rounded: (left: RoundedMatrix, right: PackedWeight)?

    /// The two matrices, rounded the first time.
    func reduced(_ precision: ReducedPrecision) -> (left: RoundedMatrix, right: PackedWeight) {
      if let rounded { return rounded }
      let floats = workspace.matrix(rows: size, columns: size)
      floats.pointer.update(from: left, count: size * size)
      let made = (
        left: RoundedMatrix(floats, to: precision, in: workspace),
        right: PackedWeight(precision, rows: size, columns: size, numbers: right)
      )
      rounded = made
      return made
    }

    init() {
      for index in 0..<size * size {
        left[index] = Float(index % 7) - 3
        right[index] = Float(index % 5) - 2
        out[index] = 0
      }
    }

    deinit { [left, right, out].forEach { $0.deallocate() } }
  }

  private static func rate(
    of product: @Sendable @escaping (Operands) -> Void, threads: Int
  ) -> Double {
    let operands = (0..<threads).map { _ in Operands() }
    operands.forEach(product)
    let calls = 3
    let start = seconds()
    ThreadTeam.run(count: threads) { number in
      for _ in 0..<calls { product(operands[number]) }
    }
    let operations = 2.0 * Double(size * size * size) * Double(calls * threads)
    return operations / max(seconds() - start, 1e-9)
  }

  @Sendable private static func blasProduct(_ operands: Operands) {
    let size = blasint(size)
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, size, size, size, 1, operands.left, size,
      operands.right, size, 0, operands.out, size)
  }

  @Sendable private static func ownProduct(_ operands: Operands) {
    t5k_gemm_nt(
      size, size, size, operands.left, size, operands.right, size, operands.out, size, nil, 0)
  }

  /// The activations' rounding is left out, as in a large layer it takes little.
  private static func reducedProduct(_ operands: Operands, _ precision: ReducedPrecision) {
    let (left, right) = operands.reduced(precision)
    MatrixProduct.transposed(left, right, into: operands.result)
  }

  private static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// OpenBLAS, told once to leave threads to its callers.
private enum BLAS {
  static let isSingleThreaded: Bool = {
    openblas_set_num_threads(1)
    return true
  }()
}

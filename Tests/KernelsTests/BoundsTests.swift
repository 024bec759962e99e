import CKernels
import Foundation
import Support
import Testing

/// Runs `body` with `count` allocations of floats, each of which ends where the next page may not be
/// touched: a step too far ends the process.
func withGuardedFloats(_ counts: [Int], _ body: ([UnsafeMutablePointer<Float>]) -> Void) {
  let page = Int(sysconf(Int32(_SC_PAGESIZE)))
  var mappings: [(UnsafeMutableRawPointer, Int)] = []
  let starts = counts.map { count in
    let used = (count * 4 + page - 1) / page * page
    guard
      let mapping = mmap(
        nil, used + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      mapping != MAP_FAILED, mprotect(mapping + used, page, PROT_NONE) == 0
    else { preconditionFailure("no memory to guard") }
    mappings.append((mapping, used + page))
    let start = (mapping + used - count * 4).bindMemory(to: Float.self, capacity: count)
    start.update(repeating: 0.5, count: count)
    return start
  }
  body(starts)
  for (mapping, bytes) in mappings { munmap(mapping, bytes) }
}

@Suite("No function touches memory past its operands")
struct BoundsTests {
  @Test("loops, norms and reductions stay within their length", arguments: Level.vectors)
  func loops(_ level: Level) {
    let kernels = level.kernels
    for n in lengths {
      withGuardedFloats([n, n, n, n, 1]) { memory in
        let (x, y, z, out, factor) = (memory[0], memory[1], memory[2], memory[3], memory[4])
        kernels.exp(x, out, n)
        kernels.erf(x, out, n)
        kernels.tanh(x, out, n)
        for kind in ElementwiseTests.kinds {
          kernels.activate(kind, x, out, n)
          kernels.gate(kind, x, y, out, n)
          kernels.bias_activate(kind, x, y, out, 1, n)
        }
        kernels.add(x, y, out, n)
        kernels.scale(x, 2, out, n)
        kernels.rms_norm(x, y, 1e-6, out, 1, n)
        kernels.layer_norm(x, y, z, 1e-6, out, 1, n)
        kernels.add_layer_norm(x, y, z, y, z, 1e-6, out, 1, n)
        kernels.softmax_bias_rows(x, n, 1, n, 1, y, 0, 0, 0, factor)
        kernels.scale_rows(x, n, 1, n, factor)
        _ = kernels.log_sum_exp(x, n)
        _ = kernels.argmax(x, n)
        _ = kernels.all_finite(x, n)
        // Halves that end where the floats do.
        let halves = UnsafeMutableRawPointer(x + n) - 2 * n
        kernels.f16_to_f32(halves.assumingMemoryBound(to: UInt16.self), out, n)
        kernels.bf16_to_f32(halves.assumingMemoryBound(to: UInt16.self), out, n)
      }
    }
  }

  @Test("products stay within their matrices", arguments: Level.vectors)
  func products(_ level: Level) {
    for m in [1, 3, 8, 30] {
      for n in [1, 5, 16, 31, 48, 50, 96] {
        for k in [1, 3, 16, 21, 130] {
          withGuardedFloats([m * k, n * k, m * n, n]) { memory in
            let (a, b, c, bias) = (memory[0], memory[1], memory[2], memory[3])
            level.kernels.gemm_nt(m, n, k, a, k, b, k, c, n, bias, 1)
            level.kernels.gemm_nn(m, n, k, a, k, b, n, c, n, 1)
          }
        }
      }
    }
  }
}

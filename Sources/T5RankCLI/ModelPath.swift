import ModelHub
import RankingFormats
import Reranking

/// What a user calls a model: a directory, or a repository whose model is in the hub's cache.
enum ModelPath {
  /// The directory of a model; nothing is fetched.
  ///
  /// - Returns: The path itself, if something is there or if it can be no repository's name.
  /// - Throws: `HubError.missing` for a repository's name that the cache does not know.
  static func directory(of name: String) throws(HubError) -> String {
    guard !InputFiles.exists(name), let repository = RepositoryName(name) else { return name }
    let cache = HubCache(path: HubEnvironment.cachePath(HubEnvironment.variables))
    if let found = cache.snapshot(of: repository) { return found }
    guard repository.hasOwner else { return name }
    throw .missing(
      "\(name): expected a model directory, or a model in \(cache.path), found neither; "
        + "t5rank fetch \(name) fetches it")
  }
}

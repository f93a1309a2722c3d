export interface InitGeneratorSchema {
  /** Leave the changed files as they are written. Default false. */
  skipFormat?: boolean;
  /** Do not add the packages to package.json. Default false. */
  skipPackageJson?: boolean;
  /** Leave packages that package.json already lists at their versions. Default false. */
  keepExistingVersions?: boolean;
}

//! Forges, package registries and builds.

use super::form;
use crate::Rule;

pub(super) const RULES: &[Rule] = &[
    form(
        "github-token",
        "GitHub token",
        &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
        r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b",
    ),
    form(
        "github-pat",
        "GitHub fine-grained token",
        &["github_pat_"],
        r"\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b",
    ),
    form(
        "gitlab-token",
        "GitLab token",
        &[
            "glpat-",
            "gldt-",
            "glft-",
            "glsoat-",
            "glrt-",
            "glcbt-",
            "glptt-",
            "glagent-",
            "gloas-",
            "glimt-",
            "glffct-",
            "glrtr-",
            "gr1348941",
        ],
        r"\b(?:gl(?:pat|dt|ft|soat|rt|ptt|agent|oas|imt|ffct|rtr)-[\w.-]{20,}|glcbt-[0-9a-fA-F_]{2,5}[\w-]{20,}|GR1348941[\w-]{20})",
    ),
    form(
        "bitbucket-token",
        "Bitbucket or Atlassian token",
        &["atbb", "atctt3", "atatt3"],
        r"\b(?:ATBB[A-Za-z0-9]{28,36}\b|AT(?:ATT|CTT)3[\w=-]{150,})",
    ),
    form("npm-token", "npm token", &["npm_"], r"\bnpm_[A-Za-z0-9]{36}\b"),
    form(
        "pypi-token",
        "PyPI token",
        &["pypi-ageichlwas5vcmc", "pypi-agendgvzdc5wexbp"],
        r"\bpypi-AgE[\w-]{60,}",
    ),
    form("rubygems-key", "RubyGems key", &["rubygems_"], r"\brubygems_[0-9a-f]{48}\b"),
    form("crates-token", "crates.io token", &["cio"], r"\bcio[A-Za-z0-9]{32}\b"),
    form("nuget-key", "NuGet key", &["oy2"], r"\boy2[a-z0-9]{43}\b"),
    form("clojars-token", "Clojars token", &["clojars_"], r"(?i)\bCLOJARS_[a-z0-9]{60}\b"),
    form("docker-token", "Docker token", &["dckr_"], r"\bdckr_(?:pat|oat)_[\w-]{27,40}"),
    form(
        "artifactory-key",
        "Artifactory key",
        &["akcp", "cmvmdgtu"],
        r"\b(?:AKCp[A-Za-z0-9]{69}|cmVmdGtu[A-Za-z0-9]{56})\b",
    ),
    form("sonar-token", "SonarQube token", &["squ_", "sqp_", "sqa_"], r"\bsq[upa]_[0-9a-f]{40}\b"),
    form(
        "circleci-token",
        "CircleCI token",
        &["ccipat_", "cciprj_"],
        r"\bCCI(?:PAT|PRJ)_[A-Za-z0-9]{22}_[0-9a-f]{40}\b",
    ),
    form("buildkite-token", "Buildkite token", &["bkua_"], r"\bbkua_[0-9a-f]{40}\b"),
    form("postman-key", "Postman key", &["pmak-"], r"\bPMAK-[0-9a-f]{24}-[0-9a-f]{34}\b"),
    form("readme-key", "ReadMe key", &["rdme_"], r"\brdme_[a-z0-9]{70}\b"),
    form("prefect-key", "Prefect key", &["pnu_"], r"\bpnu_[a-z0-9]{36}\b"),
    form(
        "launchdarkly-key",
        "LaunchDarkly key",
        &["sdk-", "api-"],
        r"\b(?:sdk|api)-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b",
    ),
    form(
        "sourcegraph-token",
        "Sourcegraph token",
        &["sgp_"],
        r"\bsgp_(?:[0-9a-f]{16}_|local_)?[0-9a-f]{40}\b",
    ),
    form("cursor-key", "Cursor key", &["key_", "crsr_"], r"\b(?:key|crsr)_[0-9a-f]{64}\b"),
    form("expo-token", "Expo token", &["expo_"], r"\bexpo_[A-Za-z0-9_-]{40}\b"),
];

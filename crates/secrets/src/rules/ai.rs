//! Services of models: most of what is pasted into sessions with agents.

use crate::rule::{Rule, form, random};

pub(super) const RULES: &[Rule] = &[
    form("anthropic-key", "Anthropic key", &["sk-ant-"], r"\bsk-ant-[a-z]{3,5}[0-9]{2}-[\w-]{80,}"),
    form("openrouter-key", "OpenRouter key", &["sk-or-"], r"\bsk-or-v1-[0-9a-f]{64}\b"),
    form(
        "openai-key",
        "OpenAI key",
        &["sk-", "t3blbkfj"],
        r"\bsk-(?:(?:proj|svcacct|admin|None)-[\w-]{40,}|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20})",
    ),
    form(
        "langfuse-key",
        "Langfuse secret key",
        &["sk-lf-"],
        r"\bsk-lf-[0-9a-f]{8}-[0-9a-f-]{27}\b",
    ),
    random("model-key", "Key of a model service", &["sk-"], r"\bsk-[A-Za-z0-9]{32,64}\b"),
    form("elevenlabs-key", "ElevenLabs key", &["sk_"], r"\bsk_[0-9a-f]{48}\b"),
    form(
        "huggingface-token",
        "Hugging Face token",
        &["hf_", "api_org_"],
        r"\b(?:hf|api_org)_[A-Za-z0-9]{34,40}\b",
    ),
    form("replicate-token", "Replicate token", &["r8_"], r"\br8_[A-Za-z0-9]{37,40}\b"),
    form("groq-key", "Groq key", &["gsk_"], r"\bgsk_[A-Za-z0-9]{48,56}\b"),
    form("perplexity-key", "Perplexity key", &["pplx-"], r"\bpplx-[A-Za-z0-9]{40,64}\b"),
    form("xai-key", "xAI key", &["xai-"], r"\bxai-[A-Za-z0-9]{70,90}\b"),
    form("nvidia-key", "NVIDIA key", &["nvapi-"], r"\bnvapi-[\w-]{60,70}"),
    form("fireworks-key", "Fireworks key", &["fw_"], r"\bfw_[A-Za-z0-9]{22,32}\b"),
    form("cerebras-key", "Cerebras key", &["csk-"], r"\bcsk-[a-z0-9]{48}\b"),
    form("together-key", "Together key", &["tgp_v1_"], r"\btgp_v1_[\w-]{40,50}"),
    form(
        "langsmith-key",
        "LangSmith key",
        &["lsv2_"],
        r"\blsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}\b",
    ),
    form("pinecone-key", "Pinecone key", &["pcsk_"], r"\bpcsk_[A-Za-z0-9_]{60,80}\b"),
    form("tavily-key", "Tavily key", &["tvly-"], r"\btvly-(?:dev-|prod-)?[A-Za-z0-9]{20,40}\b"),
    form("firecrawl-key", "Firecrawl key", &["fc-"], r"\bfc-[0-9a-f]{32}\b"),
    form("e2b-key", "E2B key", &["e2b_"], r"\be2b_[0-9a-f]{40}\b"),
    form("voyage-key", "Voyage key", &["pa-"], r"\bpa-[A-Za-z0-9_-]{43}\b"),
    form("jina-key", "Jina key", &["jina_"], r"\bjina_[A-Za-z0-9_-]{50,70}"),
    form("runpod-key", "RunPod key", &["rpa_"], r"\brpa_[A-Z0-9]{40,50}\b"),
    form("wandb-key", "Weights & Biases key", &["wandb_v1_"], r"\bwandb_v1_[\w]{60,100}\b"),
];

"""Chinese personal names: where the family name ends, and how Latin scripts write the whole."""

from __future__ import annotations

from itertools import pairwise

_TWO = (
    "欧阳上官司马诸葛慕容皇甫东方南宫令狐尉迟公孙夏侯长孙宇文端木司徒司空轩辕独孤百里东郭西门北堂北冥"
    "澹台公冶宗政濮阳淳于单于太叔申屠仲孙钟离闻人赫连呼延拓跋纳兰即墨南荣第五叶赫完颜耶律万俟"
)
COMPOUND = frozenset(_TWO[at : at + 2] for at in range(0, len(_TWO), 2))
"""Family names of two characters, those of costume dramas among them."""

SINGLE = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛"
    "伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋甘景薄"
    "单包司柏宁柯阮桂闵解强柴华车冉房边楚慕冷容战封墨宫云君厉纪池沐简盖仇褚连冀郎乐"
)
"""Family names of one character: the 200 most common, and those that short dramas favour."""

# A character after a family name that makes an address of it (顾总, 陈叔, 苏家) and no name.
TITLES = frozenset("总叔哥姐家氏少爷董老伯婶嫂妈爸奶公婆妹弟导队局处科工院府门族王帝")

# What pypinyin reads as the everyday word.
_READINGS = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "朴": "piao", "任": "ren", "盖": "ge",
    "乐": "yue", "覃": "qin", "翟": "zhai", "单于": "chanyu", "万俟": "moqi", "长孙": "zhangsun", "尉迟": "yuchi",
    "澹台": "tantai",
}  # fmt: skip


def parts(name: str) -> tuple[str, str] | None:
    """Family and given name, `("欧阳", "雪")`; None where `name` does not look like both of a person's names."""
    if name in COMPOUND:
        return None
    for family, given in ((name[:2], name[2:]), (name[:1], name[1:])):
        known = COMPOUND if len(family) == 2 else SINGLE
        if family in known and 1 <= len(given) <= 2 and given[-1] not in TITLES:
            return family, given
    return None


def romanised(name: str) -> str:
    """`name` in Hanyu Pinyin without tones, family name first: Su Ruoxue, Ouyang Xue; a given name is one word."""
    family, given = parts(name) or ("", name)
    first = [_READINGS[family]] if family in _READINGS else _syllables(family)
    return " ".join(_word(*syllables) for syllables in (first, _syllables(given)) if syllables)


def _syllables(text: str) -> list[str]:
    # Loaded when first used: its dictionary takes a fifth of a second.
    from pypinyin import lazy_pinyin

    return [str(syllable) for syllable in lazy_pinyin(text, v_to_u=True)]


def _word(*syllables: str) -> str:
    """Joined as pinyin is spelled: an apostrophe before a vowel inside (Xi'an)."""
    apart = "".join(f"'{syllable}" if syllable[0] in "aeo" else syllable for _, syllable in pairwise(("", *syllables)))
    return apart.removeprefix("'").capitalize()
